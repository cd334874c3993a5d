import ArgumentParser
import Reports
import Store
import VEX

/// The command `tallyman fleet vex`.
struct FleetVEX: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vex",
        abstract: "VEX documents of the fleet: what is not affected or fixed is marked in reports and counted apart.",
        subcommands: [Import.self, List.self, Remove.self]
    )

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keeps OpenVEX, CSAF or CycloneDX documents, all or none.",
            discussion:
                "A document replaces the one of the same identifier; of statements about one thing the latest counts."
        )
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "Documents, or folders of them.") var paths: [String]

        func run() async throws {
            let documents = try SuppressionFiles.documents(paths)
            let store = try await fleet.store(connections: 1)
            try await store.add(documents)
            await store.close()
            let statements = documents.reduce(0) { $0 + $1.statements.count }
            ConsoleOutput.line(
                "\(Figures.plural(documents.count, "document")) with \(Figures.plural(statements, "statement"))"
            )
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the documents.")
        @OptionGroup var fleet: FleetOptions
        @Option(name: .shortAndLong, help: "table or json.") var output = FleetCommand.Format.table

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let documents = try await store.vexDocuments()
            await store.close()
            guard output == .table else {
                ConsoleOutput.bytes(try ReportJSON.encode(documents))
                return
            }
            var table = TextTable([
                .init("DOCUMENT"), .init("FORMAT"), .init("STATEMENTS", .right), .init("IMPORTED"),
                .init("AUTHOR", shrinks: true),
            ])
            for document in documents {
                table.append([
                    "\(document.id)", "\(document.format)", .init(document.statements), "\(document.imported)",
                    "\(document.author)",
                ])
            }
            ConsoleOutput.text(table.render(ConsoleOutput.appearance))
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forgets a document.")
        @OptionGroup var fleet: FleetOptions
        @Argument(help: "Its identifier, as the list shows it.") var id: String

        func run() async throws {
            let store = try await fleet.store(connections: 1)
            let wasThere = try await store.removeVEX(id)
            await store.close()
            guard wasThere else { throw InputError("there is no VEX document \(id)") }
            ConsoleOutput.line("removed \(id)")
        }
    }
}
