/// What a reader finds next in a document.
package enum XMLEvent: Sendable, Equatable {
    /// A start tag; an empty element gives its end as well.
    case start(XMLElement)
    /// The text between two tags, with CDATA sections, comments taken out; never white space alone.
    case text(String)
    /// An end tag, with the element's name without its prefix.
    case end(String)
}

/// A start tag.
package struct XMLElement: Sendable, Equatable {
    /// The name without its namespace prefix: publishers choose prefixes as they like.
    package let name: String
    /// In document order, names with their prefixes.
    package let attributes: [Attribute]

    package struct Attribute: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(name: String, attributes: [Attribute] = []) {
        self.name = name
        self.attributes = attributes
    }

    /// The value of the attribute with this name, prefix included.
    package subscript(name: String) -> String? {
        for attribute in attributes where attribute.name == name { return attribute.value }
        return nil
    }
}
