/// The annotations that an addition gives to an image: new ones are added to those that are there.
package struct AnnotationChange: Sendable, Equatable {
    /// The most that an image may have.
    package static let maxCount = 256
    /// Bytes of all that an image may have, as JSON text.
    package static let maxBytes = 64 << 10

    private let members: [JSONMember]

    /// `nil` where none are given; throws a 400 where there are too many.
    init?(_ members: [JSONMember]?) throws(AnchoreError) {
        guard let members, !members.isEmpty else { return nil }
        guard members.count <= Self.maxCount else { throw Self.tooMany }
        self.members = members
    }

    /// What an image has afterwards, a JSON object as text; `stored` is what it had.
    ///
    /// Null takes an annotation away, and so does the text "null", as clients that only send texts write it. Throws a 400
    /// where it comes to too many.
    package func applied(to stored: String?) throws(AnchoreError) -> String {
        // What is stored is our own text, and nothing where it is not there.
        var kept = stored.flatMap { try? JSONReader.read(Array($0.utf8)) }?.members ?? []
        var places = Dictionary(kept.indices.map { (kept[$0].name, $0) }) { _, last in last }
        for member in members {
            if let place = places[member.name] {
                kept[place].value = member.value
            } else {
                places[member.name] = kept.count
                kept.append(member)
            }
        }
        kept.removeAll { $0.value == .null || $0.value.string == "null" }
        guard kept.count <= Self.maxCount else { throw Self.tooMany }
        let text = JSONValue.object(kept).canonical
        guard text.count <= Self.maxBytes else {
            throw .badRequest("the annotations of an image may have \(Self.maxBytes) bytes in all")
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static var tooMany: AnchoreError { .badRequest("an image may have \(maxCount) annotations") }
}
