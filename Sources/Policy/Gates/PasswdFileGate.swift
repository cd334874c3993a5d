import ScanModel

extension Gate {
    static let passwdFile = Gate(
        "passwd_file",
        "Content checks for /etc/passwd for things like usernames, group ids, shells, or full entries.",
        [
            PasswdMissingTrigger.self, UserNameTrigger.self, UserIDTrigger.self, GroupIDTrigger.self,
            ShellTrigger.self, WholeEntryTrigger.self,
        ]
    )
}

/// A finding for each entry whose field `index` is one of `listed`; lines with fewer fields have none (Anchore Engine ends
/// the evaluation there).
private func listedFields(
    _ image: ImageFacts,
    field index: Int,
    listed: Set<String>,
    label: String
) throws(Unjudged) -> [TriggerFinding] {
    try image.passwdEntries.get().compactMap { entry in
        guard entry.fields.indices.contains(index), listed.contains(entry.fields[index]) else { return nil }
        return TriggerFinding(
            "Blacklisted \(label) '\(entry.fields[index])' found in image's /etc/passwd: pentry=\(entry.line)"
        )
    }
}

/// A trigger that asks for the lines of `/etc/passwd`.
private protocol PasswdTrigger: ImageTrigger {}

extension PasswdTrigger {
    var needs: CollectionPlan { CollectionPlan(parts: [.passwd]) }
}

private struct PasswdMissingTrigger: PasswdTrigger {
    static let name = "content_not_available"
    static let summary = "Triggers if the /etc/passwd file is not present/stored in the evaluated image."

    init(_: ParameterValues) {}

    func findings(in image: ImageFacts, _: EvaluationContext) -> [TriggerFinding] {
        guard image.passwdEntries.value?.isEmpty ?? true else { return [] }
        return [
            TriggerFinding("Cannot locate /etc/passwd in image stored files archive: check analyzer settings.")
        ]
    }
}

private struct UserNameTrigger: PasswdTrigger {
    static let name = "blacklist_usernames"
    static let summary = "Triggers if specified username is found in the /etc/passwd file."
    static let parameters = [
        Parameter(
            "user_names",
            .list,
            required: true,
            example: "daemon,ftp",
            aliases: ["usernameblacklist"],
            "List of usernames that will cause the trigger to fire if found in /etc/passwd."
        )
    ]

    private let names: Set<String>

    init(_ values: ParameterValues) { names = Set(values.list("user_names")) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try listedFields(image, field: 0, listed: names, label: "user")
    }
}

private struct UserIDTrigger: PasswdTrigger {
    static let name = "blacklist_userids"
    static let summary = "Triggers if specified user id is found in the /etc/passwd file."
    static let parameters = [
        Parameter(
            "user_ids",
            .integerList,
            required: true,
            example: "0,1",
            aliases: ["useridblacklist"],
            "List of userids (numeric) that will cause the trigger to fire if found in /etc/passwd."
        )
    ]

    private let ids: Set<String>

    init(_ values: ParameterValues) { ids = Set(values.integerList("user_ids").map { String($0) }) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try listedFields(image, field: 2, listed: ids, label: "uid")
    }
}

private struct GroupIDTrigger: PasswdTrigger {
    static let name = "blacklist_groupids"
    static let summary = "Triggers if specified group id is found in the /etc/passwd file."
    static let parameters = [
        Parameter(
            "group_ids",
            .integerList,
            required: true,
            example: "999,20",
            "List of groupids (numeric) that will cause the trigger to fire if found in /etc/passwd."
        )
    ]

    private let ids: Set<String>

    init(_ values: ParameterValues) { ids = Set(values.integerList("group_ids").map { String($0) }) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try listedFields(image, field: 3, listed: ids, label: "gid")
    }
}

private struct ShellTrigger: PasswdTrigger {
    static let name = "blacklist_shells"
    static let summary = "Triggers if specified login shell for any user is found in the /etc/passwd file."
    static let parameters = [
        Parameter(
            "shells",
            .list,
            required: true,
            example: "/bin/bash,/bin/zsh",
            "List of shell commands to blacklist."
        )
    ]

    private let shells: Set<String>

    init(_ values: ParameterValues) { shells = Set(values.list("shells")) }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try listedFields(image, field: 6, listed: shells, label: "shell")
    }
}

private struct WholeEntryTrigger: PasswdTrigger {
    static let name = "blacklist_full_entry"
    static let summary = "Triggers if entire specified passwd entry is found in the /etc/passwd file."
    static let parameters = [
        Parameter(
            "entry",
            .text,
            required: true,
            example: "ftp:x:14:50:FTP User:/var/ftp:/sbin/nologin",
            "Full entry to match in /etc/passwd."
        )
    ]

    private let entry: String

    init(_ values: ParameterValues) { entry = PythonText.stripped(values.text("entry") ?? "") }

    func findings(in image: ImageFacts, _: EvaluationContext) throws(Unjudged) -> [TriggerFinding] {
        try image.passwdEntries.get().filter { $0.line == entry }.map {
            TriggerFinding("Blacklisted pentry '\($0.line)' found in image's /etc/passwd: pentry=\($0.line)")
        }
    }
}
