#!/usr/bin/env python3
"""Checks names that must agree between files of the deployment: check_deploy_names.py ROOT

- Metrics in the dashboard and in the alert rules are those of Sources/Telemetry/MetricNames.swift.
- Each file beside a kustomization.yaml is one of its resources, and each resource is there.
- Every alert has a test in which it fires and one in which it does not.
- Whoever deploys the parts is told of every secret without which a part does nothing.
- The network lets the server, which looks up what somebody adds, reach registries as the other parts do.
"""

import json
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
problems = []


def metrics_of(text):
    names = re.findall(r"\b(?:tallyman_[a-z_]+|process_[a-z_]+)\b", text)
    return {re.sub(r"_(bucket|count|sum)$", "", name) if name.split("_")[-2] == "seconds" else name for name in names}


known = set(re.findall(r'= "((?:tallyman|process)_[a-z_]+)"', (root / "Sources/Telemetry/MetricNames.swift").read_text()))
dashboard = json.loads((root / "ops/monitoring/dashboard.json").read_text())
queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
ids = [panel["id"] for panel in dashboard["panels"]]
if len(ids) != len(set(ids)):
    problems.append("dashboard.json: two panels have one id")
alerts = (root / "ops/monitoring/alerts.yaml").read_text()
expressions = "\n".join(line for line in alerts.splitlines() if not re.match(r"\s*(- alert|summary|description|#)", line))
for source, text in [("dashboard.json", "\n".join(queries)), ("alerts.yaml", expressions)]:
    for name in sorted(metrics_of(text) - known):
        problems.append(f"{source}: there is no metric {name}")

tests = (root / "ops/monitoring/alerts.test.yaml").read_text()
quiet = set(re.findall(r"alertname: (\w+), exp_alerts: \[\]", tests))
loud = set(re.findall(r"alertname: (\w+)\n\s+exp_alerts:\n", tests))
for name in re.findall(r"- alert: (\w+)", alerts):
    if name not in quiet or name not in loud:
        problems.append(f"alerts.test.yaml: {name} is not tested both ways")

for kustomization in root.glob("ops/deploy/kubernetes/*/kustomization.yaml"):
    listed = set(re.findall(r"^  - ([\w./-]+)$", kustomization.read_text(), re.MULTILINE))
    there = {path.name for path in kustomization.parent.glob("*.yaml")} - {"kustomization.yaml"}
    for name in sorted(there - listed):
        problems.append(f"{kustomization.relative_to(root)}: {name} is not listed")
    for name in sorted(listed):
        if not (kustomization.parent / name).exists():
            problems.append(f"{kustomization.relative_to(root)}: there is no {name}")

deploy = root / "ops/deploy"
for path in ["compose.env.example", "kubernetes/base/kustomization.yaml", "systemd/tallyman.env.example"]:
    for name in ["TALLYMAN_SECRET_KEY", "TALLYMAN_ADMIN_PASSWORD"]:
        if name not in (deploy / path).read_text():
            problems.append(f"{path}: it does not tell of {name}")
reached = re.search(r"name: tallyman-registries\n(?:.*\n)*?.*component, operator: In, values: \[([^\]]*)\]",
                    (deploy / "kubernetes/base/network.yaml").read_text())
for component in ["coordinator", "worker", "nightly", "server"]:
    if not reached or component not in reached[1].split(", "):
        problems.append(f"network.yaml: {component} cannot reach a registry")

print("\n".join(problems) if problems else "all names agree")
sys.exit(1 if problems else 0)
