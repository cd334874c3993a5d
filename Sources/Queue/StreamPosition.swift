/// The identifier of a stream's entry, `MILLISECONDS-NUMBER`, in the stream's order.
struct StreamPosition: Comparable {
    private let milliseconds: UInt64
    private let number: UInt64

    /// Reads an identifier; `nil` for any other text.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
        guard parts.count == 2, let milliseconds = parts[0], let number = parts[1] else { return nil }
        self.milliseconds = milliseconds
        self.number = number
    }

    static func < (one: StreamPosition, other: StreamPosition) -> Bool {
        (one.milliseconds, one.number) < (other.milliseconds, other.number)
    }
}
