/// A JSON object that came as the body of a request, read member by member.
package struct BodyObject: Sendable {
    package let value: JSONValue

    /// Throws a 400 where the bytes are not a JSON object.
    package init(_ bytes: [UInt8]) throws(AnchoreError) {
        let value: JSONValue
        do { value = try JSONReader.read(bytes) } catch {
            throw AnchoreError(400, "the body is not JSON: \(error)", isSchemaProblem: true)
        }
        guard value.members != nil else {
            throw AnchoreError(400, "the body is not of type 'object'", isSchemaProblem: true)
        }
        self.value = value
    }

    package init(_ value: JSONValue) { self.value = value }

    /// A text that must be there.
    package func string(_ name: String) throws(AnchoreError) -> String {
        guard let text = try optionalString(name) else { throw AnchoreError.missing(name) }
        return text
    }

    /// A text without NUL; `nil` where there is none.
    package func optionalString(_ name: String) throws(AnchoreError) -> String? {
        guard let found = value[name] else { return nil }
        guard let text = found.string, !text.utf8.contains(0) else { throw AnchoreError.wrongType(name, "string") }
        return text
    }

    /// A truth value; `nil` where there is none.
    package func optionalBool(_ name: String) throws(AnchoreError) -> Bool? {
        guard let found = value[name] else { return nil }
        guard let flag = found.bool else { throw AnchoreError.wrongType(name, "boolean") }
        return flag
    }

    /// A whole number; `nil` where there is none.
    package func optionalInt(_ name: String) throws(AnchoreError) -> Int? {
        guard let found = value[name] else { return nil }
        guard let number = found.int else { throw AnchoreError.wrongType(name, "integer") }
        return number
    }

    /// An object within this one.
    package func object(_ name: String) throws(AnchoreError) -> BodyObject? {
        guard let found = value[name] else { return nil }
        guard found.members != nil else { throw AnchoreError.wrongType(name, "object") }
        return BodyObject(found)
    }
}
