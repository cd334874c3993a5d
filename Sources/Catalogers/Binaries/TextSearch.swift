#if canImport(Glibc)
    import Glibc
#endif

/// Looks for a text in large files by the byte of it that is rarest in programs.
struct TextSearch: Sendable {
    let text: [UInt8]
    /// Where in the text the byte is that `memchr` looks for.
    private let probe: Int

    /// Printable bytes, the rarest first, as counted over 42 MB of x86-64 programs; others are taken for common.
    private static let byRarity = Array(
        #"YzqQZ^>~j&}J?6{K#:+'V<!4N2"kO[W73*R]Fw5yUvG,;X%b)S-C|_`x=9\M/gTmBP8hEd0.cp(@Iafnius1lroADeLt $H"#.utf8
    )

    init(_ text: [UInt8]) {
        self.text = text
        let ranks = text.map { Self.byRarity.firstIndex(of: $0) ?? Self.byRarity.count }
        probe = ranks.indices.min { ranks[$0] < ranks[$1] } ?? 0
    }

    /// The offset of the first occurrence at or after `start`.
    func offset(in buffer: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = buffer.baseAddress, !text.isEmpty, start >= 0, start <= buffer.count,
            text.count <= buffer.count - start
        else { return nil }
        // The probe of an occurrence stands before this place.
        let end = buffer.count - text.count + probe + 1
        var position = start + probe
        while position < end, let hit = memchr(base + position, Int32(text[probe]), end - position) {
            let offset = UnsafeRawPointer(hit) - base - probe
            if memcmp(base + offset, text, text.count) == 0 { return offset }
            position = offset + probe + 1
        }
        return nil
    }
}
