import Bytes
import ScanModel

/// Erlang/OTP applications, from their resource files (Erlang/OTP, app(4)).
///
/// Those that releases have from Hex are left to ``ErlangReleaseCataloger``.
struct ErlangApplicationCataloger: Cataloger {
    let name = "erlang-otp"
    let version = 2
    let selectors: [PathSelector] = [.pattern("*.app")]

    private static let maxBytes = 4 << 20

    func catalog(_ file: EvidenceFile) -> CatalogedFile {
        // Other programs have files with this ending: what is no application says nothing.
        guard file.bytes.count <= Self.maxBytes, let application = ErlangApplication(file.bytes.all),
            !ErlangReleaseCataloger.isFromHex(application, at: file.path)
        else { return CatalogedFile() }
        var packages = PackageRecords(.erlangOTP)
        packages.add(name: application.name, version: application.version)
        return packages.file
    }
}
