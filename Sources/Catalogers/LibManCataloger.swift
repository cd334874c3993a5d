import Bytes
import ScanModel

/// Libraries that run in browsers, which ASP.NET's projects fetch from a content network into the folder that they
/// serve, from the list of them (ASP.NET, "libman.json reference").
///
/// Publishing puts the list beside the program.
struct LibManCataloger: Cataloger {
    let name = "libman"
    let version = 2
    let selectors: [PathSelector] = [.name("libman.json", parentSuffixes: [])]

    private static let providers: Set<String> = ["cdnjs", "jsdelivr", "unpkg"]
    /// What npm calls libraries that have another name at cdnjs.
    private static let npmNames = [
        "twitter-bootstrap": "bootstrap", "jquery-validate": "jquery-validation", "jqueryui": "jquery-ui",
        "lodash.js": "lodash", "moment.js": "moment", "underscore.js": "underscore", "angular.js": "angular",
        "handlebars.js": "handlebars", "mustache.js": "mustache", "toastr.js": "toastr", "backbone.js": "backbone",
        "require.js": "requirejs", "microsoft-signalr": "@microsoft/signalr", "Chart.js": "chart.js",
        "aspnet-signalr": "@aspnet/signalr", "ember.js": "ember-source", "pdf.js": "pdfjs-dist", "prism": "prismjs",
        // npm's is the server.
        "socket.io": "socket.io-client",
    ]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        let document: BoundedJSON
        do {
            document = try BoundedJSON(JSONWithComments.plain(file.bytes.all))
        } catch {
            return CatalogedFile(problem: "libman.json: \(error)")
        }
        var packages = PackageRecords(.npm)
        let usual = document["defaultProvider"]?.string
        for record in document["libraries"]?.elements ?? [] {
            // What a file system or another provider has is known by no name.
            guard let provider = record["provider"]?.string ?? usual, Self.providers.contains(provider),
                let library = record["library"]?.string, let at = library.lastIndex(of: "@"), at > library.startIndex
            else { continue }
            let name = String(library[..<at])
            let version = String(library[library.index(after: at)...])
            // `latest` is none, and `user/repository` is GitHub's.
            guard version.first?.isNumber == true, name.hasPrefix("@") || !name.contains("/") else { continue }
            packages.add(name: provider == "cdnjs" ? Self.npmNames[name] ?? name : name, version: version)
        }
        return packages.file
    }
}
