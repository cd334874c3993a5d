/// The module text of a Go executable: tab-separated lines of `path`, `mod`, `dep`, `=>` and `build`
/// (Go package `runtime/debug`, `BuildInfo.String`).
struct GoBuildText {
    private struct Line {
        var original: GoModuleReference
        var sum: String?
        var replacement: (module: GoModuleReference, sum: String?)?

        /// The module after replacement; a folder in place of a module leaves the path and takes the version away.
        var module: GoModule {
            guard let replacement else { return GoModule(path: original.path, version: original.version, sum: sum) }
            let isFolder = replacement.module.path.hasPrefix(".") || replacement.module.path.hasPrefix("/")
            return GoModule(
                path: isFolder ? original.path : replacement.module.path,
                version: replacement.module.version,
                sum: replacement.sum,
                replaces: original
            )
        }
    }

    static let development = "(devel)"
    private static let maxProblems = 20
    /// What the main module is called where files, not a package, were given to the compiler.
    private static let looseFiles = "command-line-arguments"

    private var mainPath = ""
    private var main: Line?
    private var dependencies: [Line] = []
    private var settings: [String: String] = [:]
    private var problems: [String] = []

    init(_ text: String, limits: GoBuildLimits) {
        var replacesMain = false
        for line in text.split(separator: "\n") {
            let columns = line.split(separator: "\t", omittingEmptySubsequences: false).map { String($0) }
            let module = columns.count >= 2 ? Self.module(columns) : nil
            switch (columns.first, module) {
            case ("path", let module?):
                mainPath = module.path
            case ("mod", let module?):
                main = Line(original: module, sum: Self.sum(columns))
                replacesMain = true
            case ("dep", let module?):
                guard dependencies.count < limits.maxModules else {
                    problems.append("more than \(limits.maxModules) modules, the rest is not read")
                    return
                }
                dependencies.append(Line(original: module, sum: Self.sum(columns)))
                replacesMain = false
            case ("=>", let module?):
                if replacesMain {
                    main?.replacement = (module, Self.sum(columns))
                } else if let last = dependencies.indices.last {
                    dependencies[last].replacement = (module, Self.sum(columns))
                }
            case ("build", .some):
                guard settings.count < limits.maxSettings else { continue }
                let setting = columns.dropFirst().joined(separator: "\t")
                guard let (key, value) = GoBuildSetting.parse(setting) else {
                    if problems.count < Self.maxProblems { problems.append("build setting without a key") }
                    continue
                }
                settings[key] = value
            default:
                continue
            }
        }
    }

    private static func module(_ columns: [String]) -> GoModuleReference {
        GoModuleReference(path: columns[1], version: columns.count > 2 ? columns[2] : "")
    }

    private static func sum(_ columns: [String]) -> String? {
        columns.count > 3 && !columns[3].isEmpty ? columns[3] : nil
    }

    /// What the text says; `stampedVersion` looks for a version in the executable itself, and is called only where the
    /// text leaves that open.
    func build(goVersion: String, stampedVersion: () -> String?) -> GoBuild {
        var modules = dependencies.map(\.module)
        var main = main?.module
        let isMissing = main.map { $0.path.isEmpty || $0 == GoModule(path: Self.looseFiles, version: "") }
        if isMissing ?? true, !mainPath.isEmpty {
            let candidates = modules.indices.filter { modules[$0].version == Self.development }
            if candidates.count == 1, let index = candidates.first {
                main = modules.remove(at: index)
            } else {
                main = GoModule(path: mainPath, version: Self.development)
            }
        }
        modules.removeAll { $0 == main }
        let (version, experiments) = Self.toolchain(goVersion)
        return GoBuild(
            goVersion: version,
            experiments: experiments,
            mainPath: mainPath,
            main: main,
            dependencies: modules,
            settings: settings,
            mainVersion: main.map { MainModuleVersion.refine($0, settings: settings, stampedVersion) },
            problems: problems
        )
    }

    /// Splits `go1.20.12 X:strictfipsruntime,boringcrypto` and finds the release in `devel go1.24-0a1b2c Mon …`.
    static func toolchain(_ text: String) -> (version: String, experiments: [String]) {
        let words = text.split(separator: " ").map { String($0) }
        let version = words.first { $0.hasPrefix("go1") } ?? words.first ?? text
        let experiments = words.dropFirst().filter { $0.hasPrefix("X:") }
            .flatMap { $0.dropFirst(2).split(separator: ",").map { String($0) } }
        return (version, experiments)
    }
}
