/// Bounds on what a document may claim; each holds the reader's memory down.
package struct XMLLimits: Sendable {
    /// Elements within elements.
    package var maxDepth = 128
    /// Bytes of one element's or attribute's name, prefix included.
    package var maxNameBytes = 256
    /// Attributes of one element.
    package var maxAttributes = 64
    /// Bytes of one element's attribute values together.
    package var maxAttributeBytes = 256 << 10
    /// Bytes of one run of text between two tags.
    package var maxTextBytes = 4 << 20

    package init() {}
}
