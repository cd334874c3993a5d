import ScanModel

/// What a definition of Red Hat's OVAL says about packages beside its criteria.
///
/// A definition of `com.redhat.unaffected` lists what is not affected. In the files with unpatched flaws, components
/// without a fix have a resolution; they are sources, and the criteria name what is built of them.
struct RedHatOVALState {
    private let isUnaffected: Bool
    private let resolutions: [String: String]

    init(_ definition: OVALDefinition) {
        isUnaffected = definition.id.hasPrefix("oval:com.redhat.unaffected:")
        resolutions = definition.resolutions
    }

    /// `range` with the state that its package has.
    func applied(to range: AffectedRange) -> AffectedRange {
        var range = range
        if isUnaffected {
            range.fixed = AffectedRange.neverAffectedBound
            range.fixState = .fixed
        }
        guard range.fixed == nil, !resolutions.isEmpty else { return range }
        let component = range.module.map { "\($0)/\(range.package)" } ?? range.package
        let states = Set(resolutions.values)
        guard let word = resolutions[component] ?? (states.count == 1 ? states.first : nil) else { return range }
        switch RedHatFixState.status(word) {
        case .affected(let state): range.fixState = state
        case .notAffected: range.fixed = AffectedRange.neverAffectedBound
        case .fixed: break
        }
        return range
    }
}
