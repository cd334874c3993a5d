/// The `Link` header of a paged list (RFC 8288; distribution-spec v1.1, "Listing Tags").
enum LinkHeader {
    /// The most bytes of a header that are read.
    static let maxBytes = 16 << 10

    /// The target of the first link whose relation is `next`.
    static func next(in headers: [String]) -> String? {
        for header in headers where header.utf8.count <= maxBytes {
            var rest = Substring(header)
            while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
                let target = rest[rest.index(after: open)..<close]
                rest = rest[rest.index(after: close)...]
                let parameters = rest.prefix { $0 != "<" }.lowercased()
                if isNext(parameters) { return String(target) }
            }
        }
        return nil
    }

    private static func isNext(_ parameters: String) -> Bool {
        parameters.split(whereSeparator: { $0 == ";" || $0 == "," }).contains { parameter in
            let parts = parameter.split(separator: "=", maxSplits: 1)
            guard parts.count == 2, parts[0].filter({ $0 != " " }) == "rel" else { return false }
            return parts[1].split(whereSeparator: { $0 == "\"" || $0 == " " }).contains("next")
        }
    }
}
