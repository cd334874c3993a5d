/// The bounds on documents that are read.
package enum SBOMLimits {
    /// Bytes of a document, 256 MiB.
    package static let maxBytes = 256 << 20
    /// Components of a document; what is over it is noted and passed over.
    package static let maxComponents = 1_000_000
    /// Components within components.
    static let maxNesting = 64
    /// Levels of JSON values or XML elements.
    static let maxDepth = 512
    /// Attributes of one XML element.
    static let maxAttributes = 64
    /// Distributions of another program's document that its packages are looked up in.
    static let maxSystems = 64
    /// Values of one list of a component: properties, licences, places.
    static let maxValues = 10_000
    /// Notes on what was passed over.
    static let maxNotes = 1000
}
