/// The criteria of a definition: a tree of AND and OR over tests, kept as a list in document order.
struct OVALCriteria {
    struct Leaf {
        /// The test's identifier; `nil` where the criterion names none.
        var test: String?
        var comment: String
        var isNegated: Bool
        fileprivate var parent: Int
    }

    private struct Branch {
        var isAnd: Bool
        var isNegated: Bool
        /// -1 for the outermost.
        var parent: Int
    }

    private var branches: [Branch] = []
    private var current = -1
    private(set) var leaves: [Leaf] = []

    /// Branches and leaves.
    var count: Int { branches.count + leaves.count }

    mutating func open(operator name: String?, isNegated: Bool) {
        branches.append(Branch(isAnd: name != "OR", isNegated: isNegated, parent: current))
        current = branches.count - 1
    }

    mutating func close() {
        guard branches.indices.contains(current) else { return }
        current = branches[current].parent
    }

    mutating func add(test: String?, comment: String, isNegated: Bool) {
        leaves.append(Leaf(test: test, comment: comment, isNegated: isNegated, parent: current))
    }

    /// Whether a leaf, or a branch that it is in, is negated.
    func isNegated(_ leaf: Leaf) -> Bool { leaf.isNegated || ancestors(of: leaf).contains { branches[$0].isNegated } }

    /// What must hold beside the leaves that make statements.
    struct Conditions {
        /// By the number of an AND, the leaves of its branches that hold no statement.
        fileprivate(set) var leaves: [Int: [Int]] = [:]
        /// For each leaf that makes a statement, the ANDs around it that have such leaves, innermost first.
        fileprivate(set) var scopes: [(leaf: Int, scopes: [Int])] = []
    }

    /// The conditions of the leaves for which `isSubject` holds.
    ///
    /// At each AND above one, what stands beside it without
    /// making a statement, such as `… is installed` in an OR, or a module. What stands in an OR beside it is an
    /// alternative and left out.
    func conditions(isSubject: [Bool]) -> Conditions {
        var conditions = Conditions()
        guard isSubject.count == leaves.count else { return conditions }
        var hasSubject = [Bool](repeating: false, count: branches.count)
        for (index, leaf) in leaves.enumerated() where isSubject[index] {
            for branch in ancestors(of: leaf) {
                guard !hasSubject[branch] else { break }
                hasSubject[branch] = true
            }
        }
        for (index, leaf) in leaves.enumerated() where !isSubject[index] && !isNegated(leaf) {
            guard let home = ancestors(of: leaf).first(where: { hasSubject[$0] }), branches[home].isAnd else {
                continue
            }
            conditions.leaves[home, default: []].append(index)
        }
        for (index, leaf) in leaves.enumerated() where isSubject[index] {
            conditions.scopes.append((index, ancestors(of: leaf).filter { conditions.leaves[$0] != nil }))
        }
        return conditions
    }

    /// The other leaves right beside a leaf in an AND.
    func companions(of index: Int) -> [Int] {
        guard leaves.indices.contains(index) else { return [] }
        let parent = leaves[index].parent
        guard branches.indices.contains(parent), branches[parent].isAnd else { return [] }
        var found: [Int] = []
        // Companions stand close: a version's two bounds, a package and its signature.
        for other in max(0, index - 4)..<min(leaves.count, index + 5) where other != index {
            if leaves[other].parent == parent { found.append(other) }
        }
        return found
    }

    /// The branches around a leaf, innermost first; as many as the document's depth allows.
    private func ancestors(of leaf: Leaf) -> some Sequence<Int> {
        sequence(state: leaf.parent) { [branches] branch -> Int? in
            guard branches.indices.contains(branch) else { return nil }
            defer { branch = branches[branch].parent }
            return branch
        }
    }
}
