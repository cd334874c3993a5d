/// One library or application found in a Java archive.
package struct JavaArtifact: Sendable, Equatable {
    /// The artifact's name: the Maven artifactId where it is known, otherwise taken from the file name or the manifest.
    package let name: String
    /// The version as written, never empty; `nil` where the archive states none.
    package let version: String?
    /// The Maven groupId, or `nil` where nothing in the archive tells it.
    package let groupID: String?
    /// Where it is: `/opt/app.war:WEB-INF/lib/x.jar`, and for a library merged into another archive
    /// `/opt/app.jar:org.example:merged`.
    package let virtualPath: String
    /// Whether this was merged (shaded) into an archive of another identity.
    package let isShaded: Bool
    /// Whether the groupId or the file extension says that this is a Jenkins plugin.
    package let isJenkinsPlugin: Bool
    /// The licenses as declared by the manifest, or else by the `pom.xml`: names, identifiers or addresses.
    package let licenses: [String]

    package init(
        name: String,
        version: String?,
        groupID: String?,
        virtualPath: String,
        isShaded: Bool = false,
        isJenkinsPlugin: Bool = false,
        licenses: [String] = []
    ) {
        self.name = name
        self.version = version
        self.groupID = groupID
        self.virtualPath = virtualPath
        self.isShaded = isShaded
        self.isJenkinsPlugin = isJenkinsPlugin
        self.licenses = licenses
    }
}
