#!/usr/bin/env python3
"""Checks what the files for clusters and for CI say against each other and against the program: check_gatekeeping.py ROOT

- The paths that webhook and provider name are those that the server has.
- The webhook waits longer than the server does, and is asked about every kind whose pods it can read.
- Every JSON patch of the server's objects has an object of that kind and name to be put into.
- Snippets for CI call tallyman and anchore-cli with options that are there, and the Jenkinsfile's braces are closed.
"""

import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
kubernetes = root / "ops/deploy/kubernetes"
problems = []

routes = (root / "Sources/Web/Gatekeeping/GatekeepingRoutes.swift").read_text()
webhook = (kubernetes / "admission/webhook.yaml").read_text()
provider = (kubernetes / "gatekeeper/provider.yaml").read_text()
for name, text, pattern in [("webhook.yaml", webhook, r"path: /(\S+)/TOKEN"), ("provider.yaml", provider, r"\.svc/(\S+)/TOKEN")]:
    found = re.search(pattern, text)
    if not found or f'"{found[1]}/:token"' not in routes:
        problems.append(f"{name}: its path is none of the server's")

waits = re.search(r"timeoutSeconds: (\d+)", webhook)
standard = re.search(r'self\["admission-wait"\] \?\? "(\d+)"', (root / "Sources/tallyman/ServerOptions.swift").read_text())
if not waits or not standard or int(waits[1]) <= int(standard[1]) + 1:
    problems.append("webhook.yaml: it gives up before the server answers")
for kind in "pods pods/ephemeralcontainers deployments replicasets statefulsets daemonsets jobs cronjobs".split():
    if not re.search(rf"resources: \[[^\]]*\b{kind}\b", webhook):
        problems.append(f"webhook.yaml: it is not asked about {kind}")

names = {re.search(r"^  name: (\S+)", part, re.MULTILINE)[1] for path in (kubernetes / "base").glob("*.yaml")
         for part in path.read_text().split("\n---\n") if re.search(r"^  name: (\S+)", part, re.MULTILINE)}
for name in re.findall(r"target: \{kind: \w+, name: ([\w-]+)\}", (kubernetes / "admission/kustomization.yaml").read_text()):
    if name not in names:
        problems.append(f"admission/kustomization.yaml: there is no {name} to be patched")

template = (kubernetes / "gatekeeper/template.yaml").read_text()
if re.search(r'"provider": "(\w+)"', template)[1] != re.search(r"^  name: (\S+)", provider, re.MULTILINE)[1]:
    problems.append("template.yaml: it asks another provider than provider.yaml is")

options = set(re.findall(r"^\s*(?:@\w+.*)?\bvar (\w+)", "\n".join(
    path.read_text() for path in (root / "Sources/tallyman").glob("*.swift")), re.MULTILINE))
spelled = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in options} | {"output"}
anchore = {"add", "wait", "vuln", "check"}
for path in sorted((root / "ops/ci").iterdir()):
    text = path.read_text()
    for call in re.findall(r"tallyman scan ((?:.|\n\s*--|\\\n)*)", text):
        for option in re.findall(r"--([a-z-]+)", call):
            if option not in spelled:
                problems.append(f"{path.name}: tallyman scan has no --{option}")
    for verb in re.findall(r"anchore-cli (?:image|evaluate) (\w+)", text):
        if verb not in anchore:
            problems.append(f"{path.name}: anchore-cli {verb}")
    if path.name == "Jenkinsfile":
        # Texts and comments have braces of their own.
        plain = re.sub(r"'''(?:.|\n)*?'''|'[^'\n]*'|\"[^\"\n]*\"|//.*", "", text)
        if plain.count("{") != plain.count("}") or plain.count("(") != plain.count(")"):
            problems.append("Jenkinsfile: a brace is not closed")

print("\n".join(problems) if problems else "all agrees")
sys.exit(1 if problems else 0)
