import Foundation
import Testing

/// What `--help` shows, of every command.
@Suite("The help of a command", .enabled(if: ServiceProcess.isWanted, ServiceProcess.hint))
struct HelpTests {
    /// Lines of this length are not broken on a terminal of 80 columns.
    private static let columns = 79

    /// The texts of a command and of all below it, by its words.
    private func texts(of words: [String], in folder: TestFolder) async throws -> [(words: [String], text: String)] {
        // As wide as it was written.
        let run = try await ProgramRun(words + ["--help"], in: folder, environment: ["COLUMNS": "400"])
        #expect(run.status == 0, "\(words): \(run.errors)")
        var all = [(words: words, text: run.output)]
        let parts = run.output.components(separatedBy: "\nSUBCOMMANDS:\n")
        for line in parts.dropFirst().joined(separator: "").split(separator: "\n") {
            // Descriptions are further to the right; another name of a command follows after a comma; the last line is a hint.
            guard line.hasPrefix("  "), !line.hasPrefix("   "),
                let name = line.split(whereSeparator: { " ,".contains($0) }).first, name != "See"
            else { continue }
            all += try await texts(of: words + [String(name)], in: folder)
        }
        return all
    }

    /// The last words of commands that show something.
    private static let lists: Set = [
        "list", "status", "images", "failures", "collect", "profiles", "profile", "describe", "validate", "check",
        "sync",
        "import", "explain", "nightly", "vulnerability", "package", "image", "rebuild-plan", "licences", "compliance",
    ]
    /// Those that write files, or say how many there were.
    private static let withoutJSON: Set = [
        "report nightly", "fleet exceptions import", "fleet vex import", "notify import",
    ]

    @Test("offers JSON where it shows something")
    func json() async throws {
        for (words, text) in try await texts(of: [], in: try TestFolder()) {
            let command = words.joined(separator: " ")
            guard let last = words.last, Self.lists.contains(last), !Self.withoutJSON.contains(command) else {
                continue
            }
            #expect(text.contains("-o, --output") && text.contains("json"), "\(command)")
        }
    }

    @Test("has no line that a terminal of 80 columns breaks in its middle")
    func width() async throws {
        let all = try await texts(of: [], in: try TestFolder())
        #expect(all.count > 50)
        for (words, text) in all {
            let overview = text.components(separatedBy: "\nUSAGE: ").first ?? ""
            let lines = overview.split(separator: "\n", omittingEmptySubsequences: false)
            for (line, next) in zip(lines, lines.dropFirst() + [""]) where line.count > Self.columns {
                // A paragraph in one line is broken where the terminal ends, wherever that is.
                #expect(!line.hasPrefix(" ") && next.isEmpty, "\(words.joined(separator: " ")): \(line)")
            }
        }
    }
}
