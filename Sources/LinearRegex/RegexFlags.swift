/// The flags of a pattern or of a part of it, by the letters that Python has for them.
struct RegexFlags: OptionSet, Hashable {
    let rawValue: UInt8
    static let ignoreCase = RegexFlags(rawValue: 1)
    static let multiline = RegexFlags(rawValue: 2)
    static let dotAll = RegexFlags(rawValue: 4)
    static let verbose = RegexFlags(rawValue: 8)
    static let ascii = RegexFlags(rawValue: 16)

    /// The flag of a letter, none for `u`, which holds anyway; `nil` for other letters.
    init?(letter: UInt32) {
        switch letter {
        case UInt32(UInt8(ascii: "i")): self = .ignoreCase
        case UInt32(UInt8(ascii: "m")): self = .multiline
        case UInt32(UInt8(ascii: "s")): self = .dotAll
        case UInt32(UInt8(ascii: "x")): self = .verbose
        case UInt32(UInt8(ascii: "a")): self = .ascii
        case UInt32(UInt8(ascii: "u")): self = []
        default: return nil
        }
    }

    init(rawValue: UInt8) { self.rawValue = rawValue }
}
