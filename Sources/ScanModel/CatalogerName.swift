/// The names of catalogers whose findings the inventory treats in a way of their own.
package enum CatalogerName {
    /// Components of Bitnami's images.
    package static let bitnami = "bitnami"
    /// Programs recognised by what their files hold.
    package static let binary = "binary"
    /// Debian packages that lie in folders as files.
    package static let debArchive = "deb-archive"
    /// Programs that carry a note about their package.
    package static let elfPackage = "elf-package"
    /// Java installations, by their `release` file.
    package static let jvm = "jvm"
    /// Linux kernels and their modules.
    package static let kernel = "linux-kernel"
    /// Version resources of Windows' programs and libraries.
    package static let pe = "pe"
    /// Extensions of PHP.
    package static let phpExtension = "php-extension"
    /// RPM packages that lie in folders as files.
    package static let rpmArchive = "rpm-archive"
    /// What snaps were built from.
    package static let snapManifest = "snap-manifest"
    package static let snapList = "snap-dpkg-list"
}
