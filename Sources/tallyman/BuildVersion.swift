/// The program's version.
enum BuildVersion {
    static let text = "0.1.0"
}
