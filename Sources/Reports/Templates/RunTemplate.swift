/// The page `run.html`.
enum RunTemplate {
    static let page = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{> head}}
        <header>
        <div class="brand">Tallyman</div>
        <h1>Run {{run}}</h1>
        <p><span class="tag o-{{state}}">{{state}}</span> <span class="soft">{{reason}}</span></p>
        <nav aria-label="Pages"><ul><li><a href="report.html">Fleet report</a></li></ul></nav>
        {{> alerts}}
        </header>
        <main>
        {{> cards}}
        {{#groups}}
        <section><h2>{{heading}}</h2>
        <dl class="facts">
        {{#facts}}<dt>{{name}}</dt><dd>{{value}}</dd>
        {{/facts}}
        </dl></section>
        {{/groups}}
        {{#outOfSupport}}
        <section id="support"><h2>Out of support</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Releases out of support">
        <table><caption>Releases whose ordinary support had ended by {{day}}: their flaws may stay without a fix</caption>
        <thead><tr><th scope="col">Release</th><th scope="col">Ended</th><th scope="col" class="n">Images</th><th scope="col">Which</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row" class="mono">{{distro}}</th><td class="day">{{ended}}</td><td class="n">{{count}}</td>
        <td class="mono">{{#images}}{{name}}<br>{{/images}}{{#more}}<span class="small soft">{{.}}</span>{{/more}}</td></tr>
        {{/rows}}
        </tbody></table></div></section>
        {{/outOfSupport}}
        {{> advisories}}
        </main>
        {{> foot}}
        """
}
