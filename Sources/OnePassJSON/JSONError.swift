/// Why bytes are not JSON that is taken, with the offset of the byte that is wrong.
package struct JSONError: Error, Sendable, CustomStringConvertible {
    package let offset: Int
    package let reason: String
    /// Whether it may be JSON, but of more levels than its reader takes.
    package let isTooDeep: Bool

    init(offset: Int, reason: String, isTooDeep: Bool = false) {
        self.offset = offset
        self.reason = reason
        self.isTooDeep = isTooDeep
    }

    package var description: String { "\(reason) at byte \(offset)" }
}
