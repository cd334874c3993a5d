/// The page `report.html`.
enum NightlyTemplate {
    static let page = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{> head}}
        <header>
        <div class="brand">Tallyman</div>
        <h1>Fleet report</h1>
        <p class="soft">{{subtitle}}</p>
        <nav aria-label="Sections"><ul>
        {{#delta}}<li><a href="#changes">Changes</a></li>{{/delta}}
        <li><a href="#vulnerabilities">Vulnerabilities</a></li><li><a href="#packages">Packages</a></li>
        <li><a href="#images">Images</a></li><li><a href="#uncovered">Not covered</a></li>
        <li><a href="#advisories">Advisories</a></li><li><a href="run.html">This run</a></li></ul></nav>
        {{> alerts}}
        </header>
        <main>
        {{> cards}}
        {{> charts}}
        {{> delta}}
        {{> vulnerabilities}}
        {{> packages}}
        <section id="images"><h2>Images</h2>
        {{> images}}
        </section>
        {{> uncovered}}
        {{> advisories}}
        </main>
        <footer><p>A finding is one vulnerability in one package version of one image; it is suppressed where a VEX statement or an
        exception answers it, and counted apart. Vulnerabilities are ordered by known
        exploitation (CISA KEV), then by the probability of exploitation (EPSS), then by severity. The same images and the same
        advisories give the same report, byte for byte; what belongs to one run only is on the page of the run.</p></footer>
        {{> foot}}
        """

    static let delta = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{#delta}}
        <section id="changes"><h2>Changes since {{since}}</h2>
        {{#isQuiet}}<p class="soft">Nothing changed.</p>{{/isQuiet}}
        {{#changes}}
        <details{{#isOpen}} open{{/isOpen}}><summary>{{label}}: {{count}}</summary>
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        <div class="scroll" tabindex="0" role="region" aria-label="{{label}}">
        <table><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Vulnerability</th><th scope="col">Severity</th><th scope="col" class="n">EPSS</th>
        <th scope="col">Package</th><th scope="col">Fixed in</th><th scope="col" class="n">Images</th><th scope="col">First seen</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row" class="id">{{> vulnerability}}</th><td><span class="tag s-{{severity}}">{{severity}}</span></td><td class="n">{{epss}}</td>
        <td class="mono">{{package}}</td><td class="mono fix">{{fix}}</td><td class="n">{{images}}</td><td class="day">{{firstSeen}}</td></tr>
        {{/rows}}
        </tbody></table></div></details>
        {{/changes}}
        </section>
        {{/delta}}

        """

    /// An identifier, linked where its origin is known; expects `id`, `link` and `kev`.
    static let vulnerability =
        "{{% CONTENT_TYPE:REPORT_HTML}}{{#link}}<a href=\"{{.}}\" rel=\"noopener noreferrer\">{{/link}}{{id}}"
        + "{{#link}}</a>{{/link}}{{#kev}} <span class=\"tag s-kev\" title=\"Known to be exploited\">KEV</span>{{/kev}}"

    static let vulnerabilities = """
        {{% CONTENT_TYPE:REPORT_HTML}}<section id="vulnerabilities"><h2>Vulnerabilities</h2>
        {{#vulnerabilityTable}}
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        {{#filter}}<input type="search" data-filter="{{.}}" placeholder="Filter vulnerabilities" aria-label="Filter vulnerabilities" hidden>{{/filter}}
        <div class="scroll" tabindex="0" role="region" aria-label="Vulnerabilities">
        <table id="vulnerabilities-table"><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Vulnerability</th><th scope="col">Severity</th><th scope="col" class="n">CVSS</th><th scope="col" class="n">EPSS</th>
        <th scope="col" class="n">Images</th><th scope="col" class="n">Suppressed</th><th scope="col">Packages</th><th scope="col">Fix</th><th scope="col">First seen</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row" class="id">{{> vulnerability}}{{#aliases}}<br><span class="small soft">{{.}}</span>{{/aliases}}</th>
        <td><span class="tag s-{{severity}}">{{severity}}</span></td><td class="n">{{cvss}}</td><td class="n">{{epss}}</td><td class="n">{{images}}</td>
        {{#suppressed}}<td class="n{{#isZero}} zero{{/isZero}}">{{text}}</td>{{/suppressed}}
        <td class="clip">{{#packages}}<code>{{name}}</code>{{#isSuppressed}} <span class="tag o-gone">suppressed</span>{{/isSuppressed}}{{#fix}} <code class="fix">→ {{.}}</code>{{/fix}}<br>{{/packages}}{{#more}}<span class="small soft">{{.}}</span><br>{{/more}}{{#summary}}<span class="small soft">{{.}}</span>{{/summary}}{{#suppressions}}<br><span class="small soft">Suppressed: {{.}}</span>{{/suppressions}}</td>
        <td class="day">{{fixState}}</td><td class="day">{{firstSeen}}</td></tr>
        {{/rows}}
        </tbody></table></div>
        {{/vulnerabilityTable}}
        </section>

        """

    static let packages = """
        {{% CONTENT_TYPE:REPORT_HTML}}<section id="packages"><h2>Most vulnerable packages</h2>
        {{#packageTable}}
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        <div class="scroll" tabindex="0" role="region" aria-label="Packages">
        <table><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Package</th><th scope="col">Version</th><th scope="col">Type</th><th scope="col" class="n">Images</th>
        <th scope="col" class="n">Critical</th><th scope="col" class="n">High</th><th scope="col" class="n">Medium</th>
        <th scope="col" class="n">Low</th><th scope="col" class="n">Other</th><th scope="col" class="n">Suppressed</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row" class="mono">{{name}}</th><td class="mono">{{version}}</td><td>{{type}}</td>
        {{#figures}}<td class="n{{#isZero}} zero{{/isZero}}">{{text}}</td>{{/figures}}</tr>
        {{/rows}}
        </tbody></table></div>
        {{/packageTable}}
        </section>

        """

    static let uncovered = """
        {{% CONTENT_TYPE:REPORT_HTML}}<section id="uncovered"><h2>Not covered</h2>
        {{#isComplete}}<p class="soft">Every image was analysed, and every place in it looked into.</p>{{/isComplete}}
        {{#failureTable}}
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        <div class="scroll" tabindex="0" role="region" aria-label="Images not covered">
        <table><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Image</th><th scope="col">State</th><th scope="col">Reason</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row">{{image}}</th><td><span class="tag o-{{state}}">{{state}}</span></td><td>{{reason}}</td></tr>
        {{/rows}}
        </tbody></table></div>
        {{/failureTable}}
        {{#coverageTable}}
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        <div class="scroll" tabindex="0" role="region" aria-label="Coverage gaps">
        <table><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Layer</th><th scope="col">Path</th><th scope="col">Reason</th><th scope="col" class="n">Images</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><td><code title="{{layer}}">{{shortLayer}}</code></td><td class="mono">{{path}}</td><td>{{reason}}</td><td class="n">{{images}}</td></tr>
        {{/rows}}
        </tbody></table></div>
        {{/coverageTable}}
        </section>

        """
}
