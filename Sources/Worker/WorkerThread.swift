/// The threads that take a worker's CPU, by the beginnings of their names; whoever splits its CPU finds them by these.
package enum WorkerThread: String, Sendable {
    /// Inflates and analyses layers.
    case analysis
    /// Puts the layers of images together.
    case fold
}
