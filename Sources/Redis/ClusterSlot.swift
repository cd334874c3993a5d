/// Which of a cluster's 16,384 slots a key falls into (Redis Cluster specification, "Key distribution model").
enum ClusterSlot {
    static let count = 16_384

    /// The slot of a key: of what stands between its first `{` and the next `}` where that is not empty.
    static func of(_ key: [UInt8]) -> Int {
        var hashed = key[...]
        if let open = key.firstIndex(of: UInt8(ascii: "{")),
            let close = key[(open + 1)...].firstIndex(of: UInt8(ascii: "}")), close > open + 1
        {
            hashed = key[(open + 1)..<close]
        }
        return Int(crc(hashed)) % count
    }

    /// CRC-16/XMODEM.
    private static func crc(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(UInt16(0)) { crc, byte in
            (0..<8).reduce(crc ^ (UInt16(byte) << 8)) { value, _ in
                value & 0x8000 != 0 ? (value << 1) ^ 0x1021 : value << 1
            }
        }
    }

    /// The key that decides where a command goes; nil for a command without one, which any server answers.
    static func key(of command: [RedisArgument]) -> [UInt8]? {
        guard let name = command.first.map({ String(decoding: $0.bytes, as: UTF8.self).uppercased() }) else {
            return nil
        }
        let place: Int?
        switch name {
        case "PING", "AUTH", "SELECT", "ECHO", "INFO", "CONFIG", "CLIENT", "CLUSTER", "COMMAND", "DBSIZE", "KEYS",
            "SCAN",
            "FLUSHALL", "FLUSHDB", "TIME", "WAIT", "SCRIPT", "DEBUG":
            place = nil
        case "XREAD", "XREADGROUP":
            place = command.firstIndex { String(decoding: $0.bytes, as: UTF8.self).uppercased() == "STREAMS" }.map {
                $0 + 1
            }
        case "XGROUP", "XINFO", "OBJECT", "MEMORY": place = 2
        case "EVAL", "EVALSHA", "EVAL_RO", "EVALSHA_RO", "FCALL", "FCALL_RO":
            let keys = command.count > 2 ? Int(String(decoding: command[2].bytes, as: UTF8.self)) ?? 0 : 0
            place = keys > 0 ? 3 : nil
        default: place = 1
        }
        guard let place, command.indices.contains(place) else { return nil }
        return command[place].bytes
    }
}
