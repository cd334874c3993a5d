/// The server's first page.
enum DashboardTemplate {
    static let page = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{> head}}
        <header>
        <div class="brand">Tallyman</div>
        <h1>Fleet</h1>
        <p class="soft">{{subtitle}}</p>
        {{> alerts}}
        </header>
        <main>
        {{> cards}}
        {{> charts}}
        <section id="runs"><h2>Runs</h2>
        {{#hasRuns}}
        <div class="scroll" tabindex="0" role="region" aria-label="Runs">
        <table><caption>Latest first</caption>
        <thead><tr><th scope="col">Run</th><th scope="col">State</th><th scope="col">Started</th><th scope="col" class="n">Time</th>
        <th scope="col" class="n">Found</th><th scope="col" class="n">Analysed</th><th scope="col" class="n">Reused</th>
        <th scope="col" class="n">Unsupported</th><th scope="col" class="n">Failed</th><th scope="col" class="n">Gone</th>
        <th scope="col" class="n">Fetched</th><th scope="col" class="n">Avoided</th></tr></thead>
        <tbody>
        {{#runs}}
        <tr><th scope="row" class="mono day">{{run}}</th><td><span class="tag o-{{state}}">{{state}}</span>{{#reason}}<br><span class="small soft">{{.}}</span>{{/reason}}</td><td class="day">{{started}}</td><td class="n">{{time}}</td>
        {{#figures}}<td class="n{{#isZero}} zero{{/isZero}}">{{text}}</td>{{/figures}}<td class="n">{{fetched}}</td><td class="n">{{avoided}}</td></tr>
        {{/runs}}
        </tbody></table></div>
        {{/hasRuns}}
        {{^hasRuns}}<p class="soft">No run yet. Start one with <code>tallyman fleet scan</code>.</p>{{/hasRuns}}
        </section>
        <section id="workers"><h2>Workers</h2>
        {{#hasWorkers}}
        <div class="scroll" tabindex="0" role="region" aria-label="Workers">
        <table><caption>Workers with a recent heartbeat</caption>
        <thead><tr><th scope="col">Worker</th><th scope="col">Doing</th><th scope="col" class="n">Layers done</th><th scope="col" class="n">Shards</th>
        <th scope="col">Last heard</th></tr></thead>
        <tbody>
        {{#workers}}
        <tr><th scope="row" class="mono">{{name}}</th><td>{{activity}}</td><td class="n">{{layers}}</td><td class="n">{{shards}}</td><td>{{heard}}</td></tr>
        {{/workers}}
        </tbody></table></div>
        {{/hasWorkers}}
        {{^hasWorkers}}<p class="soft">No worker is connected.</p>{{/hasWorkers}}
        </section>
        <section id="images"><h2>Images</h2>
        <form method="get" action="/" role="search"><input type="search" name="q" value="{{search}}" placeholder="Repository or tag" aria-label="Search images">
        <button type="submit">Search</button></form>
        {{> images}}
        <nav class="pager" aria-label="Pages of images">{{#previous}}<a href="{{.}}" rel="prev">Previous</a>{{/previous}}
        <span class="soft">{{position}}</span>{{#next}}<a href="{{.}}" rel="next">Next</a>{{/next}}</nav>
        </section>
        {{> advisories}}
        </main>
        {{> foot}}
        """
}
