import ArgumentParser
import ImageSources

/// One result that is wanted: `FORMAT` for standard output, `FORMAT=FILE` for a file.
struct ScanOutput: ExpressibleByArgument {
    let format: ScanFormat
    /// `nil` for standard output.
    let path: String?

    init(_ format: ScanFormat, path: String? = nil) {
        self.format = format
        self.path = path
    }

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, let format = ScanFormat(name: String(name)) else { return nil }
        guard parts.count > 1 else {
            self.init(format)
            return
        }
        guard !parts[1].isEmpty else { return nil }
        self.init(format, path: String(parts[1]))
    }

    /// The help lists them; a list here would rule out the files.
    static var allValueStrings: [String] { [] }

    var defaultValueDescription: String { format.name }
}

/// The results of one command, in the order they were asked for.
struct ScanOutputs {
    private let wanted: [(output: ScanOutput, file: OutputFile?)]

    /// `outputs`, else `standard` on standard output.
    ///
    /// Throws for what cannot be done together, and for files that cannot be made, before there is any work to lose.
    init(_ outputs: [ScanOutput], standard: ScanFormat) throws {
        let outputs = outputs.isEmpty ? [ScanOutput(standard)] : outputs
        guard outputs.count(where: { $0.path == nil }) <= 1 else {
            throw UsageError(
                "-o: one result at most goes to standard output; give the others a file, as in -o sarif=FILE"
            )
        }
        let paths = outputs.compactMap(\.path)
        wanted = try outputs.map { ($0, try $0.path.map(OutputFile.init)) }
        let files = wanted.compactMap { $0.file }
        let isTwice = files.indices.contains { index in files[..<index].contains { $0.isSame(as: files[index]) } }
        guard !isTwice, Set(paths).count == paths.count else {
            throw UsageError("-o: two results would go to one file")
        }
    }

    /// Throws where a result would take the place of what it is made from: the source, or one of `inputs`, which are files
    /// and folders of JSON files.
    func requireOthers(than source: ImageSource, _ inputs: [String?] = []) throws {
        for path in ([source.file] + inputs).compactMap(\.self) {
            try requireOthers { $0.isFile(at: path) || $0.isFile(in: path, ending: ".json") }
        }
        if let layout = source.layout { try requireOthers { $0.isFile(in: layout) } }
    }

    private func requireOthers(than isInput: (OutputFile) -> Bool) throws {
        for (output, file) in wanted {
            guard let file, let path = output.path, isInput(file) else { continue }
            throw UsageError(
                "-o \(output.format.name)=\(path) would replace what is read; name another file"
            )
        }
    }

    /// Throws where one of the forms is a report of findings, which `command` has none of.
    func requireNoReports(_ command: String) throws {
        guard let report = wanted.first(where: { $0.output.format.isReport }) else { return }
        throw UsageError(
            "-o \(report.output.format.name) is a report of findings: `\(command)` has none, `tallyman scan` does"
        )
    }

    /// Writes each result, as `render` makes it; the flag says whether it goes to standard output.
    func write(_ render: (ScanFormat, _ isStandardOutput: Bool) throws -> [UInt8]) throws {
        for (output, file) in wanted {
            let bytes = try render(output.format, file == nil)
            if let file { try file.write(bytes) } else { ConsoleOutput.bytes(bytes) }
        }
    }
}
