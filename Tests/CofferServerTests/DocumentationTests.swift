import CofferHTTP
import CofferServer
import CofferTesting
import Foundation
import Testing

@Suite("Documentation pages")
struct DocumentationTests {
    private static let pages = ["/docs", "/redoc", "/scalar"]
    private static let scripts = ["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "scalar.js"]

    /// A directory with a stand-in for every script, or with none.
    private func assets(areThere: Bool) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for name in Self.scripts where areThere {
            try Data("/* \(name) */".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
        }
        return directory
    }

    @Test(arguments: pages, [true, false])
    func pageIsHTMLThatLoadsNothingFromElsewhere(page: String, hasScripts: Bool) async throws {
        let directory = try assets(areThere: hasScripts)
        try await TestServer.run(["COFFER_DOCS_ASSETS": directory.path]) { server async throws in
            let answer = try await server.get(page)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "text/html; charset=utf-8")
            #expect(answer.text.hasPrefix("<!doctype html>"))
            #expect(!answer.text.contains("http://"))
            #expect(!answer.text.contains("https://"))
            #expect(answer.text.firstMatch(of: /(src|href)="\/\//) == nil)
            #expect(answer.text.contains("/openapi.json"))
            let policy = try #require(answer.header("content-security-policy"))
            #expect(policy.contains("default-src 'none'"))
            #expect(policy.contains("connect-src 'self'"))
            #expect(policy.contains("frame-ancestors 'none'"))
            #expect(!policy.contains("http"))
            #expect(answer.header("x-content-type-options") == "nosniff")
        }
    }

    @Test func pageNamesOnlyScriptsThatAreServed() async throws {
        let directory = try assets(areThere: true)
        try await TestServer.run(["COFFER_DOCS_ASSETS": directory.path]) { server async throws in
            for page in Self.pages {
                let html = try await server.get(page).text
                let sources = html.matches(of: /(?:src|href)="(\/[^"]*)"/).map { String($0.output.1) }
                #expect(!sources.isEmpty)
                for source in sources { #expect(try await server.get(source).status == 200) }
            }
            let script = try await server.get("/docs/assets/scalar.js")
            #expect(script.header("content-type") == "text/javascript; charset=utf-8")
            #expect(script.text == "/* scalar.js */")
            let style = try await server.get("/docs/assets/swagger-ui.css")
            #expect(style.header("content-type") == "text/css; charset=utf-8")
        }
    }

    @Test(arguments: ["/docs/assets/../coffer.sqlite", "/docs/assets/%2e%2e%2fx", "/docs/assets/", "/docs/assets/x.js"])
    func onlyTheScriptsAreServed(path: String) async throws {
        let directory = try assets(areThere: true)
        try await TestServer.run(["COFFER_DOCS_ASSETS": directory.path]) { server async throws in
            #expect(try await server.get(path).status == 404)
        }
    }

    @Test func pagesWithoutScriptsListTheRoutes() async throws {
        let directory = try assets(areThere: false)
        try await TestServer.run(["COFFER_DOCS_ASSETS": directory.path]) { server async throws in
            let html = try await server.get("/docs").text
            #expect(html.contains("POST /upload/"))
            #expect(html.contains("POST /api/file"))
            #expect(!html.contains("<script"))
            #expect(try await server.get("/docs/assets/scalar.js").status == 404)
        }
    }

    @Test(
        arguments: pages + ["/openapi.json", "/openapi/hushfile.json"],
        ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"]
    )
    func otherMethodIs405WithAllow(path: String, method: String) async throws {
        try await TestServer.run { server async throws in
            let answer = try await server.send(method, path)
            #expect(answer.status == 405)
            #expect(answer.header("allow") == "GET, HEAD")
            #expect(answer.json == ["detail": "Method Not Allowed"])
        }
    }

    @Test(arguments: pages)
    func pageWithASlashTooManyIsRedirected(page: String) async throws {
        try await TestServer.run { server async throws in
            let answer = try await server.get("\(page)/")
            #expect(answer.status == 307)
            #expect(answer.header("location") == "http://127.0.0.1:\(server.port)\(page)")
        }
    }
}
