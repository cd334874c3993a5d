/// The parts of a program's file name: `python3.11` is `python` and 3.11, `libpython3.11.so.1.0` is `libpython` and 3.11.
enum ProgramName {
    /// The letters at the start of a name.
    static func stem(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        name.prefix { ($0 | 0x20) >= UInt8(ascii: "a") && ($0 | 0x20) <= UInt8(ascii: "z") }
    }

    /// The digits and dots right behind the stem, without a dot at the end; empty where there are none.
    static func version(_ name: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let rest = name[stem(name).endIndex...].prefix { ByteClass.isDigit($0) || $0 == UInt8(ascii: ".") }
        return rest.last == UInt8(ascii: ".") ? rest.dropLast() : rest
    }
}
