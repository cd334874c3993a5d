import Mustache

/// The templates of all pages, parsed once.
enum PageTemplates {
    /// Renders a page; `fields` are what its template names, the style, script and policy come from here.
    static func render(_ name: String, _ fields: [String: Any]) throws(ReportError) -> [UInt8] {
        let library: MustacheLibrary
        switch parsed {
        case .success(let parsedLibrary): library = parsedLibrary
        case .failure(let error): throw error
        }
        var fields = fields
        fields["css"] = PageStyle.css
        fields["script"] = PageScript.javaScript
        fields["policy"] = PagePolicy.contentSecurityPolicy
        guard let text = library.render(fields, withTemplate: name) else {
            throw ReportError(code: .template, message: "there is no page template \"\(name)\"")
        }
        return [UInt8](text.utf8)
    }

    private static let sources: [(name: String, text: String)] = [
        ("head", SharedTemplates.head),
        ("foot", SharedTemplates.foot),
        ("alerts", SharedTemplates.alerts),
        ("cards", SharedTemplates.cards),
        ("charts", SharedTemplates.charts),
        ("images", SharedTemplates.images),
        ("advisories", SharedTemplates.advisories),
        ("nightly", NightlyTemplate.page),
        ("delta", NightlyTemplate.delta),
        ("vulnerability", NightlyTemplate.vulnerability),
        ("vulnerabilities", NightlyTemplate.vulnerabilities),
        ("packages", NightlyTemplate.packages),
        ("uncovered", NightlyTemplate.uncovered),
        ("run", RunTemplate.page),
        ("dashboard", DashboardTemplate.page),
        ("description", DescriptionTemplate.page),
    ]

    private static let parsed: Result<MustacheLibrary, ReportError> = {
        // Before any parsing: a pragma is resolved while its template is parsed.
        MustacheContentTypes.register(EscapedHTML(), named: EscapedHTML.name)
        var library = MustacheLibrary()
        for source in sources {
            do {
                try library.register(source.text, named: source.name)
            } catch {
                return .failure(ReportError(code: .template, message: "page template \"\(source.name)\": \(error)"))
            }
        }
        return .success(library)
    }()
}
