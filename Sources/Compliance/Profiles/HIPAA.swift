extension ComplianceProfile {
    /// The standards of the HIPAA Security Rule, 45 CFR part 164, subpart C.
    static let hipaa = ComplianceProfile(
        name: "hipaa",
        title: "HIPAA Security Rule",
        source: "45 CFR 164.308 to 164.312, administrative, physical and technical safeguards",
        controls: [
            ComplianceControl(
                "164.308(a)(1)(ii)(A)",
                "Risks to health information are analysed",
                [.noAdvisories, .staleAdvisories],
                unseen: "everything but the software in the image"
            ),
            ComplianceControl(
                "164.308(a)(1)(ii)(B)",
                "Measures bring risks down to a reasonable level",
                [.fixableHigh, .critical, .noAdvisories],
                unseen: "everything but the software in the image"
            ),
            .invisible("164.308(a)(2)", "Somebody is responsible for security", organisation),
            .invisible("164.308(a)(3)", "The workforce has the access that it needs and no other", organisation),
            .invisible("164.308(a)(4)", "Access to information is authorised", organisation),
            ComplianceControl(
                "164.308(a)(5)(ii)(B)",
                "Malicious software is guarded against, found and reported",
                [.malware]
            ),
            ComplianceControl(
                "164.308(a)(5)(ii)(D)",
                "Passwords are created, changed and kept safe",
                [.secrets, .secretIn("ENV"), .secretIn("ARG")],
                unseen: "passwords of people"
            ),
            .invisible("164.308(a)(6)", "Incidents are answered and reported", organisation),
            .invisible("164.308(a)(7)", "There is a plan for emergencies", organisation),
            .invisible("164.308(a)(8)", "Measures are evaluated from time to time", organisation),
            .invisible("164.310", "Facilities, workstations and media are protected", "an image has no place"),
            ComplianceControl(
                "164.312(a)(1)",
                "Systems let in only who has the right",
                [.runsAsRoot, .setID],
                unseen: "the access control of the application"
            ),
            .invisible("164.312(a)(2)(iv)", "Stored health information is encrypted", "data is not stored in images"),
            .invisible("164.312(b)", "Activity is recorded and examined", "logs are written when containers run"),
            .invisible(
                "164.312(c)(1)",
                "Information is not altered or destroyed improperly",
                "data is not stored in images"
            ),
            .invisible("164.312(d)", "People and systems prove who they are", "it is done when containers run"),
            ComplianceControl(
                "164.312(e)(1)",
                "Information is guarded on its way through networks",
                [.clearPorts],
                unseen: "whether connections are encrypted"
            ),
        ]
    )

    private static let organisation = "it is about people and procedures"
}
