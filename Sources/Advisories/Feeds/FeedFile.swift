package import Bytes

/// One document of a feed, unpacked.
package struct FeedFile: Sendable {
    /// Where it was found, for messages: a path, continued by the names inside archives.
    package let name: String
    package let content: FileBytes

    package init(name: String, content: FileBytes) {
        self.name = name
        self.content = content
    }
}
