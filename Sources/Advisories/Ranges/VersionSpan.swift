import Versions

/// An interval of versions, either end of which may be open, closed or missing.
struct VersionSpan: Equatable {
    struct Bound: Equatable {
        var version: String
        var isIncluded: Bool
    }

    /// `nil` from the beginning.
    var lower: Bound?
    /// `nil` without an end.
    var upper: Bound?

    /// Every version.
    static let all = VersionSpan()

    /// Whether both ends have a place in the order of `scheme`.
    func isOrdered(in scheme: VersionScheme) -> Bool {
        [lower, upper].allSatisfy { $0.map { ParsedVersion($0.version, scheme: scheme).isOrdered } ?? true }
    }

    static func exactly(_ version: String) -> VersionSpan {
        let bound = Bound(version: version, isIncluded: true)
        return VersionSpan(lower: bound, upper: bound)
    }
}

/// Intervals of versions of one scheme as a set: what is said to be safe is taken from what is said to be affected.
struct VersionSpans {
    private let scheme: VersionScheme
    /// In any order; they may overlap.
    private(set) var spans: [VersionSpan]

    /// The most intervals that one record may have.
    static let maxCount = 1000

    init(_ spans: [VersionSpan], scheme: VersionScheme) {
        self.spans = spans
        self.scheme = scheme
    }

    /// These intervals without the versions in `safe`, sorted; `nil` where a bound cannot be ordered.
    func subtracting(_ safe: [VersionSpan]) -> [VersionSpan]? {
        guard let own = merged(spans), let holes = merged(safe) else { return nil }
        var result: [VersionSpan] = []
        var index = 0
        for span in own {
            // Holes that end before this interval begins end before the later ones, too.
            while index < holes.count, isBefore(holes[index], span) { index += 1 }
            var rest: Edged? = span
            var next = index
            while let piece = rest, next < holes.count, !isBefore(piece, holes[next]) {
                let hole = holes[next]
                if order(piece.lower, hole.lower) == .less {
                    result.append(VersionSpan(lower: piece.lower.bound, upper: hole.lower.flipped.bound))
                }
                rest =
                    order(hole.upper, piece.upper) == .less
                    ? Edged(lower: hole.upper.flipped, upper: piece.upper) : nil
                next += 1
            }
            if let rest { result.append(VersionSpan(lower: rest.lower.bound, upper: rest.upper.bound)) }
        }
        return result
    }

    /// One end of an interval as a place between versions.
    private struct Edge {
        /// `nil` for the beginning or the end of all versions.
        var bound: VersionSpan.Bound?
        var version: ParsedVersion?
        /// Whether the place is just behind the version (1), just before it (-1), or infinitely far to either side.
        var side: Int
        var isInfinite: Bool { version == nil }

        /// The same place as the other kind of end.
        var flipped: Edge {
            var edge = self
            if let bound { edge.bound = VersionSpan.Bound(version: bound.version, isIncluded: !bound.isIncluded) }
            return edge
        }
    }

    private struct Edged {
        var lower: Edge
        var upper: Edge
    }

    private func edged(_ span: VersionSpan) -> Edged? {
        guard let lower = edge(span.lower, isLower: true), let upper = edge(span.upper, isLower: false) else {
            return nil
        }
        return Edged(lower: lower, upper: upper)
    }

    private func edge(_ bound: VersionSpan.Bound?, isLower: Bool) -> Edge? {
        guard let bound else { return Edge(bound: nil, version: nil, side: isLower ? -1 : 1) }
        let version = ParsedVersion(bound.version, scheme: scheme)
        guard version.isOrdered else { return nil }
        return Edge(bound: bound, version: version, side: bound.isIncluded == isLower ? -1 : 1)
    }

    private func order(_ left: Edge, _ right: Edge) -> VersionComparison {
        guard let one = left.version, let two = right.version else {
            let places = (left.isInfinite ? left.side : 0, right.isInfinite ? right.side : 0)
            return places.0 < places.1 ? .less : places.0 > places.1 ? .greater : .equal
        }
        switch one.compare(to: two) {
        case .less: return .less
        case .greater: return .greater
        default: return left.side < right.side ? .less : left.side > right.side ? .greater : .equal
        }
    }

    private func isBefore(_ left: Edged, _ right: Edged) -> Bool { order(left.upper, right.lower) != .greater }

    /// `spans` sorted, the empty ones left out and those that touch made one.
    private func merged(_ spans: [VersionSpan]) -> [Edged]? {
        var edges: [Edged] = []
        for span in spans.prefix(Self.maxCount) {
            guard let edge = edged(span) else { return nil }
            if order(edge.lower, edge.upper) == .less { edges.append(edge) }
        }
        edges.sort { order($0.lower, $1.lower) == .less }
        var result: [Edged] = []
        for edge in edges {
            if let last = result.last, order(edge.lower, last.upper) != .greater {
                if order(last.upper, edge.upper) == .less { result[result.count - 1].upper = edge.upper }
            } else {
                result.append(edge)
            }
        }
        return result
    }
}
