import Bytes
import ScanModel

/// Applications of Erlang and Elixir as releases, RabbitMQ, CouchDB and EMQX have them: a folder each with its version,
/// `lib/cowboy-2.12.0/ebin/cowboy.app` (Erlang/OTP, app(4); "OTP Design Principles", Releases).
///
/// They come from Hex. What Erlang and Elixir bring themselves is a part of these.
struct ErlangReleaseCataloger: Cataloger {
    let name = "erlang-release"
    let version = 1
    let maxFileBytes = 4 << 20
    let selectors: [PathSelector] = [.pattern("*/ebin/*.app")]

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other programs have files with this ending: what is no application says nothing.
        guard Self.isReleased(file.path), let application = ErlangApplication(file.bytes.all) else {
            return CatalogedFile()
        }
        let isElixir = application.name == "elixir"
        guard isElixir || Self.isFromHex(application, at: file.path) else { return CatalogedFile() }
        var packages = PackageRecords(isElixir ? .binary : .hex)
        packages.add(name: application.name, version: application.version)
        return packages.file
    }

    /// Whether an application is in a release, and no part of Erlang or Elixir themselves.
    static func isFromHex(_ application: ErlangApplication, at path: LayerPath) -> Bool {
        isReleased(path) && application.version.first?.isNumber == true && !own.contains(application.name)
    }

    /// Whether the folder above `ebin` has the application's name and something behind it.
    private static func isReleased(_ path: LayerPath) -> Bool {
        guard let ebin = path.parent, ebin.name.elementsEqual("ebin".utf8), let folder = ebin.parent else {
            return false
        }
        return folder.name.starts(with: Array(path.name.dropLast(4)) + [UInt8(ascii: "-")])
    }

    /// Elixir's, and those of Erlang/OTP 17 to 28.
    private static let own: Set<String> = [
        "eex", "elixir", "ex_unit", "iex", "logger", "mix",
        "asn1", "common_test", "compiler", "cosEvent", "cosEventDomain", "cosFileTransfer", "cosNotification",
        "cosProperty", "cosTime", "cosTransactions", "crypto", "debugger", "dialyzer", "diameter", "edoc", "eldap",
        "erl_docgen", "erl_interface", "erts", "et", "eunit", "ftp", "gs", "hipe", "ic", "inets", "jinterface",
        "kernel", "megaco", "mnesia", "observer", "odbc", "orber", "os_mon", "ose", "otp_mibs", "parsetools",
        "percept", "public_key", "reltool", "runtime_tools", "sasl", "snmp", "ssh", "ssl", "stdlib", "syntax_tools",
        "test_server", "tftp", "tools", "typer", "webtool", "wx", "xmerl",
    ]
}

/// What an application's resource file says of it.
struct ErlangApplication {
    let name: String
    let version: String

    /// `nil` where the bytes are no such file, or have no name or version.
    init?(_ bytes: [UInt8]) {
        guard let terms = try? ErlangTerms.read(bytes),  // other programs' files are damaged ones
            let application = terms.first, application[0]?.text == "application", let name = application[1]?.text,
            let version = application[2]?.elements.first(where: { $0[0]?.text == "vsn" })?[1]?.text
        else { return nil }
        self.name = name
        self.version = version
    }
}
