/// The parts that several pages have in common.
enum SharedTemplates {
    /// The start of a page, up to the title; expects `title`, `css` and `policy`.
    static let head = """
        {{% CONTENT_TYPE:REPORT_HTML}}<!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width,initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="{{policy}}">
        <meta name="generator" content="Tallyman">
        <title>{{title}}</title>
        <style>{{{css}}}</style>
        </head>
        <body>

        """

    /// The end of a page; expects `script`.
    static let foot = """
        <script>{{{script}}}</script>
        </body>
        </html>

        """

    /// What must be read before any figure; expects `alerts` of `kind`, `lead` and `text`.
    static let alerts = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{#alerts}}
        <div class="alert {{kind}}" role="alert"><strong>{{lead}}</strong> {{text}}</div>
        {{/alerts}}

        """

    /// The figures at the top; expects `cards` of `kind`, `name`, `figure` and `note`.
    static let cards = """
        {{% CONTENT_TYPE:REPORT_HTML}}<ul class="cards">
        {{#cards}}
        <li class="{{kind}}"><span class="name">{{name}}</span><span class="figure">{{figure}}</span><span class="note">{{note}}</span></li>
        {{/cards}}
        </ul>

        """

    /// Charts of severities; expects `charts` of `heading` and `svg` (already HTML).
    static let charts = """
        {{% CONTENT_TYPE:REPORT_HTML}}<div class="charts">
        {{#charts}}
        <section><h2>{{heading}}</h2>{{{svg}}}
        {{#legend}}<ul class="legend">{{#keys}}<li><i class="b-{{.}}"></i>{{.}}</li>{{/keys}}</ul>{{/legend}}</section>
        {{/charts}}
        </div>

        """

    /// A table of images; expects `imageTable` with `caption`, `note`, `filter` and `rows`.
    static let images = """
        {{% CONTENT_TYPE:REPORT_HTML}}{{#imageTable}}
        {{#note}}<p class="small soft">{{.}}</p>{{/note}}
        {{#filter}}<input type="search" data-filter="{{.}}" placeholder="Filter images" aria-label="Filter images" hidden>{{/filter}}
        <div class="scroll" tabindex="0" role="region" aria-label="Images">
        <table id="images-table"><caption>{{caption}}</caption>
        <thead><tr><th scope="col">Image</th><th scope="col">Platform</th><th scope="col">Distribution</th><th scope="col">State</th>
        <th scope="col" class="n">Packages</th><th scope="col" class="n">Critical</th><th scope="col" class="n">High</th>
        <th scope="col" class="n">Medium</th><th scope="col" class="n">Low</th><th scope="col" class="n">Other</th>
        <th scope="col" class="n">Fixable</th><th scope="col" class="n">KEV</th><th scope="col" class="n">Suppressed</th>
        <th scope="col" class="n">Gaps</th></tr></thead>
        <tbody>
        {{#rows}}
        <tr><th scope="row"><span class="soft">{{registry}}</span>{{name}}<br><code class="soft small" title="{{digest}}">{{shortDigest}}</code></th><td>{{platform}}</td><td>{{distro}}</td>
        <td><span class="tag o-{{state}}">{{state}}</span>{{#reason}}<br><span class="small soft">{{.}}</span>{{/reason}}</td>
        {{#figures}}<td class="n{{#isZero}} zero{{/isZero}}">{{text}}</td>{{/figures}}</tr>
        {{/rows}}
        </tbody></table></div>
        {{/imageTable}}

        """

    /// The builds that the matches come from; expects `advisories` of `provider`, `build` and `records`.
    static let advisories = """
        {{% CONTENT_TYPE:REPORT_HTML}}<section id="advisories"><h2>Advisories</h2>
        {{#hasAdvisories}}
        <div class="scroll" tabindex="0" role="region" aria-label="Advisories">
        <table><caption>The builds of vulnerability data that every finding rests on</caption>
        <thead><tr><th scope="col">Provider</th><th scope="col">Build</th><th scope="col" class="n">Records</th></tr></thead>
        <tbody>
        {{#advisories}}
        <tr><th scope="row">{{provider}}</th><td class="mono">{{build}}{{#problem}}<br><span class="small soft">not renewed: {{.}}</span>{{/problem}}</td>
        <td class="n">{{records}}</td></tr>
        {{/advisories}}
        </tbody></table></div>
        {{/hasAdvisories}}
        {{^hasAdvisories}}<p><strong>No advisories.</strong> Nothing was matched.</p>{{/hasAdvisories}}
        </section>

        """
}
