/// A process of ours that has ended.
package struct EndedProcess: Sendable, Hashable {
    package let pid: Int32
    /// Whether we had asked it to end.
    package let wasStopped: Bool
}
