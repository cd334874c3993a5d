import ScanModel

/// Writes CycloneDX 1.6 in XML (ECMA-424; schema `bom-1.6.xsd`, whose order of elements counts).
enum CycloneDXXMLWriter {
    static func write(_ document: DocumentDescription) -> [UInt8] {
        var text = XMLText()
        text.element(
            "bom",
            [
                "xmlns": "http://cyclonedx.org/schema/bom/1.6", "serialNumber": "urn:uuid:\(document.uuid)",
                "version": "1",
            ]
        ) { text in
            text.element("metadata") { metadata(document, &$0) }
            text.element("components") { text in
                for system in document.systems { write(system, &text) }
                for component in document.components { write(component, &text) }
            }
            text.element("dependencies") { text in
                text.element("dependency", ["ref": document.root.ref]) { text in
                    for ref in document.systems.map(\.ref) + document.components.map(\.ref) {
                        text.leaf("dependency", "", ["ref": ref])
                    }
                }
            }
            if document.isIncomplete {
                text.element("compositions") { text in
                    text.element("composition") { text in
                        text.leaf("aggregate", "incomplete")
                        text.element("assemblies") { $0.leaf("assembly", "", ["ref": document.root.ref]) }
                    }
                }
            }
            text.list("vulnerabilities", document.vulnerabilities) { write($1, document, &$0) }
        }
        return text.bytes
    }

    private static func metadata(_ document: DocumentDescription, _ text: inout XMLText) {
        text.leaf("timestamp", document.created)
        text.element("tools") { text in
            text.element("components") { text in
                text.element("component", ["type": "application"]) { text in
                    text.leaf("name", document.tool.name)
                    text.leaf("version", document.tool.version)
                }
            }
        }
        let root = document.root
        text.element("component", ["type": root.isImage ? "container" : "file", "bom-ref": root.ref]) { text in
            text.leaf("name", root.name)
            text.leaf("version", root.version)
            hashes(root.hashes, &text)
            text.leaf("purl", root.purl)
            properties(root.properties, &text)
        }
    }

    private static func write(_ system: DocumentDescription.System, _ text: inout XMLText) {
        text.element("component", ["type": "operating-system", "bom-ref": system.ref]) { text in
            text.leaf("name", system.name)
            text.leaf("version", system.distro.versionID.isEmpty ? nil : system.distro.versionID)
            text.leaf("description", system.distro.name)
            properties(system.properties, &text)
        }
    }

    private static func write(_ component: DocumentDescription.Component, _ text: inout XMLText) {
        let package = component.package
        text.element(
            "component",
            ["type": component.isApplication ? "application" : "library", "bom-ref": component.ref]
        ) { text in
            if let supplier = component.supplier {
                text.element("supplier") { text in
                    text.leaf("name", supplier.name)
                    if let address = supplier.address {
                        text.element("contact") { $0.leaf("email", address) }
                    }
                }
            }
            text.leaf("group", package.group)
            text.leaf("name", package.name)
            text.leaf("version", package.version)
            hashes(package.hashes, &text)
            licenses(component.licenses, &text)
            text.leaf("cpe", component.cpes.first)
            text.leaf("purl", component.purl)
            properties(
                component.properties + component.cpes.dropFirst().map { Property(PropertyName.cpe, $0) },
                &text
            )
            let paths = component.content.installed.paths
            guard !paths.isEmpty else { return }
            text.element("evidence") { text in
                text.list("occurrences", paths) { text, path in
                    text.element("occurrence") { $0.leaf("location", path) }
                }
            }
        }
    }

    private static func licenses(_ licenses: [LicenseStatement], _ text: inout XMLText) {
        if let expression = CycloneDXTerms.expression(licenses) {
            text.element("licenses") { $0.leaf("expression", expression, ["acknowledgement": "declared"]) }
            return
        }
        text.list("licenses", licenses) { text, license in
            text.element("license", ["acknowledgement": "declared"]) { text in
                if case .identifier(let id) = license.form {
                    text.leaf("id", id)
                } else {
                    text.leaf("name", license.stated)
                }
            }
        }
    }

    private static func hashes(_ hashes: [FileHash], _ text: inout XMLText) {
        text.list("hashes", hashes) { $0.leaf("hash", $1.hex, ["alg": CycloneDXTerms.algorithm($1)]) }
    }

    private static func properties(_ properties: [Property], _ text: inout XMLText) {
        text.list("properties", properties) { $0.leaf("property", $1.value, ["name": $1.name]) }
    }

    private static func source(_ name: String, _ text: inout XMLText) {
        text.element("source") { $0.leaf("name", name) }
    }

    private static func analysis(_ suppression: Suppression, _ text: inout XMLText) {
        let terms = CycloneDXTerms.analysis(suppression)
        text.element("analysis") { text in
            text.leaf("state", terms.state)
            text.leaf("justification", terms.justification)
            if let response = terms.response {
                text.element("responses") { $0.leaf("response", response) }
            }
            text.leaf("detail", CycloneDXTerms.detail(suppression))
        }
    }

    private static func write(
        _ flaw: BillOfMaterials.Vulnerability,
        _ document: DocumentDescription,
        _ text: inout XMLText
    ) {
        text.element("vulnerability") { text in
            text.leaf("id", flaw.id)
            source(flaw.source, &text)
            text.list("references", flaw.aliases) { text, alias in
                text.element("reference") { text in
                    text.leaf("id", alias)
                    source(CycloneDXTerms.issuer(of: alias, else: flaw.source), &text)
                }
            }
            text.element("ratings") { text in
                text.element("rating") { text in
                    source(flaw.source, &text)
                    text.leaf("severity", CycloneDXTerms.severity(flaw.severity))
                }
                for rating in flaw.ratings {
                    text.element("rating") { text in
                        text.leaf("score", "\(rating.score)")
                        text.leaf("method", CycloneDXTerms.method(rating.version))
                        text.leaf("vector", rating.vector)
                    }
                }
            }
            if let suppression = flaw.suppression { analysis(suppression, &text) }
            text.list("affects", document.targets(of: flaw)) { text, target in
                text.element("target") { text in
                    text.leaf("ref", target.ref)
                    text.list("versions", target.versions) { text, version in
                        text.element("version") { text in
                            text.leaf("version", version.version)
                            text.leaf("status", version.isAffected ? "affected" : "unaffected")
                        }
                    }
                }
            }
            properties(CycloneDXTerms.properties(flaw), &text)
        }
    }
}
