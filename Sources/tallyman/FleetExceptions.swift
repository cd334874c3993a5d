import ArgumentParser
import Foundation
import Reports
import Store
import VEX

/// The command `tallyman fleet exceptions`.
struct FleetExceptions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exceptions",
        abstract: "Findings that the fleet's people decided to leave: reports mark them and count them apart.",
        discussion: """
              tallyman fleet exceptions add CVE-2024-1234 --package openssl \\
                  --image 'registry.example/team/**' --expires 2026-12-31 \\
                  --reason 'only used by the build'
              tallyman fleet exceptions import exceptions.yaml    as for `scan`
            """,
        subcommands: [Add.self, List.self, Remove.self, Import.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds an exception, or replaces the one for the same flaw, package and images."
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "A CVE, GHSA or other identifier.") var id: String
        @Option(help: "Why the finding is left.") var reason: String
        @Option(help: "A package's name or purl; without it every package.") var package: String?
        @Option(
            name: .customLong("image"),
            help:
                "A pattern of images, as REGISTRY/REPOSITORY or with :TAG; * stops at a slash, ** does not. May be repeated."
        )
        var images: [String] = []
        @Option(help: ArgumentHelp("The last day on which it counts.", valueName: "YYYY-MM-DD")) var expires: String?
        @Option(help: "Who decided; by default the user who runs this.") var author: String?
        @Option(help: "A VEX label, where the package is not affected: vulnerable_code_not_in_execute_path, …")
        var justification: String?

        func run() async throws {
            let user = NSUserName()
            let exception: FindingException
            do throws(VEXError) {
                exception = try FindingException(
                    id: id,
                    package: package,
                    reason: reason,
                    author: author ?? (user.isEmpty ? nil : user),
                    expires: expires,
                    images: images,
                    source: "fleet",
                    justification: justification
                )
            } catch {
                throw UsageError("\(error)")
            }
            let store = try await fleet.store(connections: 1)
            let added = try await store.add([exception])
            await store.close()
            ConsoleOutput.line(added == 0 ? "replaced the exception for \(id)" : "added an exception for \(id)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the exceptions, the ended ones too.")
        @OptionGroup var fleet: FleetOptions
        @OptionGroup var day: DayOption
        @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

        private struct Row: Encodable {
            var number: Int
            var id: String
            var package: String?
            var images: [String]
            var reason: String
            var justification: String?
            var author: String?
            var expires: String?
            var source: String
            var created: String
            var hasEnded: Bool
        }

        func run() async throws {
            let day = try day.day
            let store = try await fleet.store(connections: 1)
            let stored = try await store.exceptions()
            await store.close()
            guard output == .table else {
                let rows = stored.map { Self.row($0, day) }
                ConsoleOutput.bytes(try ReportJSON.encode(["exceptions": rows]))
                return
            }
            var table = TextTable([
                .init("NUMBER", .right), .init("VULNERABILITY"), .init("PACKAGE", shrinks: true),
                .init("IMAGES", shrinks: true), .init("UNTIL"), .init("REASON", shrinks: true),
                .init("AUTHOR", shrinks: true), .init("SOURCE", shrinks: true),
            ])
            for item in stored {
                let exception = item.exception
                let hasEnded = exception.hasExpired(by: day)
                let why = [exception.justification, exception.reason].compactMap(\.self).joined(separator: ": ")
                table.append([
                    "\(item.number)", "\(exception.id)", "\(exception.package ?? "every package")",
                    "\(exception.images.isEmpty ? "every image" : exception.images.joined(separator: " "))",
                    .init(
                        (exception.expires ?? "no end") + (hasEnded ? " (ended)" : ""),
                        style: hasEnded ? .bad : .plain
                    ),
                    "\(why)", "\(exception.author ?? "")", "\(exception.source)",
                ])
            }
            ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }

        private static func row(_ stored: StoredException, _ day: String) -> Row {
            let exception = stored.exception
            return Row(
                number: stored.number,
                id: exception.id,
                package: exception.package,
                images: exception.images,
                reason: exception.reason,
                justification: exception.justification,
                author: exception.author,
                expires: exception.expires,
                source: exception.source,
                created: stored.created,
                hasEnded: exception.hasExpired(by: day)
            )
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Takes an exception away.")
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "Its number, as the list shows it.") var number: Int

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let wasThere = try await store.removeException(number)
            await store.close()
            guard wasThere else { throw InputError("there is no exception \(number)") }
            ConsoleOutput.line("removed exception \(number)")
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds the exceptions of files, all or none; each replaces the one for the same scope."
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "YAML or JSON, as `tallyman scan --exceptions` reads it.") var files: [String]

        func run() async throws {
            let exceptions = try SuppressionFiles.exceptions(files)
            let store = try await fleet.store(connections: 1)
            let added = try await store.add(exceptions)
            await store.close()
            ConsoleOutput.line("\(Figures.plural(exceptions.count, "exception")) read, \(added) new")
        }
    }
}
