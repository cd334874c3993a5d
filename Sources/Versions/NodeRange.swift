/// One alternative of an npm range, by the grammar of node-semver with `includePrerelease`.
///
/// Comparators, `1.x`, `~`, `^` and `1.2 - 2.3`; commas may stand between comparators, as advisories write them, and
/// `!=` is understood although npm has none.
enum NodeRange {
    /// The bounds an alternative stands for, none where it holds everything, nil where it is malformed.
    static func bounds(of part: ArraySlice<UInt8>) -> [RangeBound]? {
        var scanner = ByteScanner(part)
        var bounds: [RangeBound] = []
        while true {
            _ = scanner.take { $0.isSpace || $0 == ASCII.comma }
            if scanner.isAtEnd { return bounds }
            guard bounds.count < VersionRange.maxBounds,
                let operation = RangeOperator.take(from: &scanner),
                let partial = NodePartial.take(from: &scanner)
            else { return nil }
            if takeHyphen(from: &scanner) {
                guard operation == .equal, let end = NodePartial.take(from: &scanner) else { return nil }
                bounds += hyphen(from: partial, to: end)
            } else {
                guard let added = expanded(operation, partial) else { return nil }
                bounds += added
            }
        }
    }

    /// Takes a dash that has white space on both sides.
    private static func takeHyphen(from scanner: inout ByteScanner) -> Bool {
        var attempt = scanner
        guard !attempt.take(while: \.isSpace).isEmpty, attempt.take(ASCII.dash), attempt.next?.isSpace == true else {
            return false
        }
        scanner = attempt
        return true
    }

    private static func hyphen(from start: NodePartial, to end: NodePartial) -> [RangeBound] {
        var bounds: [RangeBound] = []
        if !start.numbers.isEmpty { bounds.append(RangeBound(.greaterOrEqual, start.floor)) }
        if !end.preRelease.isEmpty {
            bounds.append(RangeBound(.lessOrEqual, end.version))
        } else if !end.numbers.isEmpty {
            bounds.append(RangeBound(.less, end.ceiling(keeping: end.numbers.count)))
        }
        return bounds
    }

    private static func expanded(_ operation: RangeOperator, _ partial: NodePartial) -> [RangeBound]? {
        let count = partial.numbers.count
        switch operation {
        case .tilde, .pessimistic:
            // node-semver lowers a caret's floor to its pre-releases, but not a tilde's.
            let floor = SemanticVersion(core: partial.numbers, preRelease: partial.preRelease)
            return family(partial, floor: floor, keeping: min(count, 2))
        case .caret:
            let kept = partial.numbers.firstIndex { !$0.isZero }.map { $0 + 1 } ?? count
            let lowersFloor = !partial.isComplete || partial.numbers.first?.isZero == true
            return family(partial, floor: lowersFloor ? partial.floor : partial.version, keeping: kept)
        case .equal where partial.isComplete, .notEqual where partial.isComplete:
            return [RangeBound(operation, partial.version)]
        case .equal:
            return family(partial, floor: partial.floor, keeping: count)
        case .notEqual:
            return nil
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return [comparator(operation, partial)].compactMap(\.self)
        }
    }

    /// The versions from `floor` that share the first `kept` numbers; everything where no number is given.
    private static func family(_ partial: NodePartial, floor: SemanticVersion, keeping kept: Int) -> [RangeBound] {
        guard kept > 0 else { return [] }
        return [RangeBound(.greaterOrEqual, floor), RangeBound(.less, partial.ceiling(keeping: kept))]
    }

    /// A comparator, whose partial version stands for the whole family; nil where it holds everything.
    private static func comparator(_ operation: RangeOperator, _ partial: NodePartial) -> RangeBound? {
        if partial.numbers.isEmpty {
            // Nothing is before or after every version.
            let nothing = RangeBound(.less, NodePartial.lowest([]))
            return operation == .less || operation == .greater ? nothing : nil
        }
        if partial.isComplete { return RangeBound(operation, partial.version) }
        let ceiling = partial.ceiling(keeping: partial.numbers.count)
        return switch operation {
        case .greater: RangeBound(.greaterOrEqual, ceiling)
        case .lessOrEqual: RangeBound(.less, ceiling)
        case .less: RangeBound(.less, partial.floor)
        default: RangeBound(.greaterOrEqual, partial.floor)
        }
    }
}
