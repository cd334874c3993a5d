package import MalwareScan
package import ScanModel

/// What is collected of a layer's files, and the analyzers that do so.
package struct FileCollection: Sendable {
    package let parts: Set<CollectedPart>
    /// The expressions that the content of files is searched for.
    let searched: Set<NamedPattern>
    let analyzers: [any FileAnalyzer]

    /// Takes what `plan` asks for; throws where an expression of it is none.
    ///
    /// A part that nothing looks for (a search without expressions, malware without a scanner) is not among ``parts``.
    package init(_ plan: CollectionPlan, malware: MalwareScanner? = nil) throws {
        var analyzers: [any FileAnalyzer] = []
        var parts = plan.parts.subtracting([.content, .secrets, .malware])
        if plan.parts.contains(.digests) {
            analyzers.append(DigestAnalyzer(isWeakWanted: plan.parts.contains(.verify)))
        }
        var retrieved = plan.parts.contains(.retrieve) ? plan.retrievedPaths : []
        if plan.parts.contains(.passwd) || plan.parts.contains(.retrieve) { retrieved.append("/etc/passwd") }
        if !retrieved.isEmpty { analyzers.append(RetrievalAnalyzer(paths: retrieved)) }
        if plan.parts.contains(.content), !plan.contentPatterns.isEmpty {
            analyzers.append(try ContentSearchAnalyzer(plan.contentPatterns))
            parts.insert(.content)
        }
        if plan.parts.contains(.secrets) {
            analyzers.append(try SecretAnalyzer(plan.secretPatterns))
            parts.insert(.secrets)
        }
        if plan.parts.contains(.malware), let malware {
            analyzers.append(MalwareAnalyzer(malware))
            parts.insert(.malware)
        }
        let searched = parts.contains(.content) ? Set(plan.contentPatterns) : []
        self.init(parts: parts, searched: searched, analyzers: analyzers)
    }

    /// Takes analyzers as they are.
    package init(parts: Set<CollectedPart>, searched: Set<NamedPattern> = [], analyzers: [any FileAnalyzer]) {
        self.parts = parts
        self.searched = searched
        self.analyzers = analyzers
    }

    /// Nothing.
    package static let nothing = FileCollection(parts: [], analyzers: [])
}
