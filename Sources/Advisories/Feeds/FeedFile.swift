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

    /// Turns an error in the frame of the document into one of the file.
    func frame<Value>(_ body: () throws(JSONError) -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw AdvisoryError(.damaged, "\(name): \(error)")
        }
    }
}
