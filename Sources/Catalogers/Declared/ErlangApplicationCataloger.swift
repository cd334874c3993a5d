import Bytes
import ScanModel

/// Erlang/OTP applications, from their resource files (Erlang/OTP, app(4)).
struct ErlangApplicationCataloger: Cataloger {
    let name = "erlang-otp"
    let version = 1
    let selectors: [PathSelector] = [.pattern("*.app")]

    private static let maxBytes = 4 << 20

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other programs have files with this ending: what is no application says nothing.
        guard file.bytes.count <= Self.maxBytes, let terms = try? ErlangTerms.read(file.bytes.all),  // likewise
            let application = terms.first, application[0]?.text == "application"
        else { return CatalogedFile() }
        var packages = PackageRecords(.erlangOTP)
        let version = application[2]?.elements.first { $0[0]?.text == "vsn" }?[1]?.text
        packages.add(name: application[1]?.text, version: version)
        return packages.file
    }
}
