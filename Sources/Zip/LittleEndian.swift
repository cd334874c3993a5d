/// Little-endian fields of a byte array, as every ZIP structure has them; `nil` outside the array.
struct LittleEndian {
    let bytes: [UInt8]

    func u16(at offset: Int) -> UInt16? {
        guard offset >= 0, bytes.count >= 2, offset <= bytes.count - 2 else { return nil }
        return UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
    }

    func u32(at offset: Int) -> UInt32? {
        guard let low = u16(at: offset), let high = u16(at: offset + 2) else { return nil }
        return UInt32(low) | UInt32(high) << 16
    }

    func u64(at offset: Int) -> UInt64? {
        guard let low = u32(at: offset), let high = u32(at: offset + 4) else { return nil }
        return UInt64(low) | UInt64(high) << 32
    }
}
