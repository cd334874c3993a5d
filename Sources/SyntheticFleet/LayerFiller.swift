import Codecs
import Crypto

/// The bulk of every layer: files whose content is shared by the whole fleet, so that a layer of any size is served from
/// memory and its digests are known at once.
///
/// A layer of `n` files begins with the first `n`, each in gzip members of its own (RFC 1952, 2.2); what is its own comes
/// behind them. The digests' states after each file are kept.
struct LayerFiller {
    /// Bytes of a file; the hub's files have 86 KB on average.
    static let fileBytes = 96 * 1024
    /// How many files differ; a layer with more has the same ones again under other names.
    private static let distinctFiles = 64
    /// Of the bytes of a file, those that no compressor makes smaller: a gzip ratio of 2.6 comes of it.
    private static let noise = 0.27

    /// The states of both digests behind the first `n` files.
    struct Digests {
        var blob = SHA256()
        var tar = SHA256()
    }

    private let contents: [[UInt8]]
    private let members: [[UInt8]]
    /// The bytes of the blob in front of each file, and of all.
    private(set) var offsets: [Int64] = [0]
    private var states: [Digests] = [Digests()]

    /// Makes the distinct files; a second of work.
    init(seed: UInt64) throws {
        contents = (0..<Self.distinctFiles).map { Self.content(seed, $0) }
        members = try contents.map { try Gzip.compress($0) }
    }

    /// Bytes of an average file in a blob.
    var averageBytes: Int { members.reduce(0) { $0 + $1.count } / members.count + 150 }

    /// The digests' states behind `count` files.
    mutating func digests(after count: Int) throws -> Digests {
        while states.count <= count {
            let number = states.count - 1
            var state = states[number]
            let pieces = try pieces(number)
            for piece in pieces { state.blob.update(data: piece) }
            state.tar.update(data: Self.header(number))
            state.tar.update(data: contents[number % Self.distinctFiles])
            offsets.append(offsets[number] + Int64(pieces[0].count + pieces[1].count))
            states.append(state)
        }
        return states[count]
    }

    /// The gzip members of a file: its header, its content.
    func pieces(_ number: Int) throws -> [[UInt8]] {
        [try Gzip.compress(Self.header(number)), members[number % Self.distinctFiles]]
    }

    /// The file at which byte `offset` of a blob lies, of those that `digests(after:)` was asked for.
    func file(at offset: Int64) -> Int {
        var low = 0
        var high = offsets.count - 1
        while low < high {
            let middle = (low + high + 1) / 2
            if offsets[middle] <= offset { low = middle } else { high = middle - 1 }
        }
        return low
    }

    private static func header(_ number: Int) -> [UInt8] {
        let isProgram = number % distinctFiles % 3 == 0
        return TarText.header(
            isProgram ? "usr/lib/synthetic/\(number).so" : "usr/share/synthetic/data/\(number)",
            size: fileBytes,
            mode: isProgram ? 0o755 : 0o644
        )
    }

    /// Words and noise; every third file begins as a program does, so that it is read as one.
    private static func content(_ seed: UInt64, _ number: Int) -> [UInt8] {
        var random = FleetRandom(seed, "filler", number)
        let words = (0..<512).map { _ in
            (0..<(3 + random.below(9))).map { _ in UInt8(ascii: "a") + UInt8(random.below(26)) }
        }
        var bytes: [UInt8] = number % 3 == 0 ? programHead : []
        bytes.reserveCapacity(fileBytes + 64)
        while bytes.count < fileBytes {
            if random.unit() < noise {
                for _ in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: random.next() >> 32)) }
            } else {
                bytes += words[random.skewed(512, by: 2)]
                bytes.append(UInt8(ascii: " "))
            }
        }
        return Array(bytes.prefix(fileBytes))
    }

    /// The header of an ELF file for x86-64 without sections or segments (System V ABI, "ELF Header").
    private static let programHead: [UInt8] = {
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 8)
        head += [3, 0, 62, 0, 1, 0, 0, 0] + [UInt8](repeating: 0, count: 24)
        return head + [0, 0, 0, 0, 64, 0, 56, 0, 0, 0, 64, 0, 0, 0, 0, 0]
    }()
}
