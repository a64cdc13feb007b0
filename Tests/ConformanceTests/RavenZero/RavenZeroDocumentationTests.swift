import CofferHTTP
import CofferTesting
import Foundation
import Testing

@Suite("Raven Zero: documentation routes", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroDocumentationTests {
    private static func document(
        _ path: String = "/openapi.json",
        dialects: String = "ravenzero"
    ) async throws -> JSONValue {
        try await RavenZeroClient.run(["COFFER_DIALECTS": dialects]) { raven in
            let response = try await raven.get(path)
            #expect(response.status == 200)
            #expect(response.header("content-type") == "application/json")
            RavenZeroClient.expectSecurityHeaders(response)
            return try #require(response.json)
        }
    }

    private static func names(_ value: JSONValue?) -> Set<String> {
        guard case .object(let members)? = value else { return [] }
        return Set(members.map(\.name))
    }

    /// Follows member names from the top.
    private static func value(_ document: JSONValue, _ path: String...) -> JSONValue? {
        path.reduce(document as JSONValue?) { $0?[$1] }
    }

    // MARK: The description

    @Test func descriptionNamesItself() async throws {
        let document = try await Self.document()
        guard case .string(let version)? = document["openapi"] else {
            Issue.record("no openapi version")
            return
        }
        #expect(version.hasPrefix("3.1."))
        #expect(document["info"]?["title"] == "Raven Zero API")
        #expect(document["info"]?["version"] == "0.1.0")
        guard case .string(let text)? = document["info"]?["description"] else {
            Issue.record("no description")
            return
        }
        #expect(!text.isEmpty)
        #expect(document["servers"] == nil)
        #expect(document["security"] == nil)
        #expect(document["components"]?["securitySchemes"] == nil)
    }

    @Test func pathsAreExactlyTheFiveRoutes() async throws {
        let document = try await Self.document()
        let paths: Set = ["/upload/", "/preview/{key}", "/download/{key}", "/health/", "/status/{key}"]
        #expect(Self.names(document["paths"]) == paths)
        for path in paths {
            #expect(Self.names(Self.value(document, "paths", path)) == [path == "/upload/" ? "post" : "get"])
        }
    }

    @Test func dialectHasADescriptionOfItsOwnBesidesOthers() async throws {
        let alone = try await Self.document()
        let own = try await Self.document("/openapi/ravenzero.json", dialects: "ravenzero,hushfile")
        #expect(Self.names(own["paths"]) == Self.names(alone["paths"]))
        #expect(own["info"]?["title"] == "Raven Zero API")
    }

    @Test(
        arguments: [
            ("/upload/", "post", "upload_file_upload__post", "Upload"),
            ("/preview/{key}", "get", "preview_upload_preview__key__get", "Preview"),
            ("/download/{key}", "get", "download_file_download__key__get", "Download"),
            ("/health/", "get", "health_check_health__get", "Health"),
            ("/status/{key}", "get", "get_file_status_status__key__get", "Status"),
        ]
    )
    func operationHasItsIDAndTag(path: String, method: String, id: String, tag: String) async throws {
        let operation = Self.value(try await Self.document(), "paths", path, method)
        #expect(operation?["operationId"] == .string(id))
        #expect(operation?["tags"] == .array([.string(tag)]))
    }

    @Test(
        arguments: [
            ("/upload/", "post", ["201", "400", "429", "500"]),
            ("/preview/{key}", "get", ["200", "404", "429"]),
            ("/download/{key}", "get", ["200", "404", "410", "429", "500"]),
            ("/health/", "get", ["200", "429"]),
            ("/status/{key}", "get", ["200", "429"]),
        ]
    )
    func operationListsTheCodesOfTheReference(path: String, method: String, codes: [String]) async throws {
        let listed = Self.names(Self.value(try await Self.document(), "paths", path, method, "responses"))
        #expect(listed.isSuperset(of: codes), "\(listed)")
        #expect(!listed.contains("422"))
        if path == "/status/{key}" { #expect(!listed.contains("404")) }
    }

    @Test func schemasAreExactlyTheEight() async throws {
        let document = try await Self.document()
        #expect(
            Self.names(Self.value(document, "components", "schemas")) == [
                "Body_upload_file_upload__post", "ErrorResponse", "HTTPValidationError", "HealthResponse",
                "PreviewResponse", "StatusResponse", "UploadResponse", "ValidationError",
            ]
        )
    }

    @Test func uploadFormIsDescribedWithItsRanges() async throws {
        let document = try await Self.document()
        let form = Self.value(document, "components", "schemas", "Body_upload_file_upload__post")
        #expect(form?["required"] == ["file"])
        let properties = try #require(form?["properties"])
        #expect(properties["file"]?["type"] == "string")
        #expect(properties["file"]?["format"] == "binary")
        for (name, most, fallback) in [("expiry", 60, 10), ("uses", 5, 1)] {
            #expect(properties[name]?["type"] == "integer")
            #expect(properties[name]?["minimum"] == 1)
            #expect(properties[name]?["maximum"] == .integer(most))
            #expect(properties[name]?["default"] == .integer(fallback))
        }
        let content = Self.value(document, "paths", "/upload/", "post", "requestBody", "content")
        #expect(Self.names(content) == ["multipart/form-data"])
        let text = try await RavenZeroClient.run(["COFFER_DIALECTS": "ravenzero"]) { raven in
            try await raven.get("/openapi.json").text
        }
        #expect(text.contains("10,485,760") || text.contains("10 MB"))
        #expect(!text.contains("1 MB"))
    }

    @Test func answersAreDescribedWithTheirMembers() async throws {
        let document = try await Self.document()
        let members = [
            "UploadResponse": [
                "key", "preview_url", "download_url", "expiry", "uses", "filename", "size", "created_at", "sha256",
            ],
            "PreviewResponse": [
                "key", "filename", "size", "mime_type", "expiry", "uses", "minutes_left", "download_url",
                "curl_example", "created_at", "sha256",
            ],
            "StatusResponse": ["key", "status", "remaining_uses", "expires_at", "is_accessible"],
            "HealthResponse": ["status", "version", "timestamp", "services", "uptime_seconds", "started_at"],
        ]
        for (schema, names) in members {
            let properties = Self.value(document, "components", "schemas", schema, "properties")
            #expect(Self.names(properties) == Set(names), "\(schema)")
        }
        for schema in ["UploadResponse", "PreviewResponse"] {
            let size = Self.value(document, "components", "schemas", schema, "properties", "size")
            #expect(size?["exclusiveMinimum"] == 0, "\(schema)")
        }
        let times = [("StatusResponse", "expires_at"), ("HealthResponse", "started_at")]
        for (schema, member) in times {
            let choices = Self.value(document, "components", "schemas", schema, "properties", member, "anyOf")
            guard case .array(let kinds)? = choices, kinds.count == 2 else {
                Issue.record("\(member) is not of two kinds")
                continue
            }
            #expect(kinds[0]["type"] == "string", "\(member)")
            #expect(kinds[0]["format"] == "date-time", "\(member)")
            #expect(kinds[1]["type"] == "null", "\(member)")
        }
    }

    @Test func downloadIsDescribedAsBinary() async throws {
        let document = try await Self.document()
        let content = Self.value(document, "paths", "/download/{key}", "get", "responses", "200", "content")
        #expect(!Self.names(content).isEmpty)
        #expect(!Self.names(content).contains("application/json"))
    }

    @Test func everyReferenceInTheDescriptionResolves() async throws {
        let document = try await Self.document()
        let schemas = Self.names(Self.value(document, "components", "schemas"))
        var pending = [document]
        var references: Set<String> = []
        while let value = pending.popLast() {
            switch value {
            case .array(let values): pending += values
            case .object(let members):
                pending += members.map(\.value)
                if case .string(let reference)? = value["$ref"] { references.insert(reference) }
            default: continue
            }
        }
        #expect(references == Set(schemas.map { "#/components/schemas/\($0)" }))
    }

    // MARK: The pages

    static let titles = [
        ("/docs", "Raven Zero API - Swagger UI"), ("/redoc", "Raven Zero API - ReDoc"), ("/scalar", "Raven Zero API"),
    ]

    @Test(arguments: titles)
    func pageHasItsTitle(path: String, title: String) async throws {
        try await RavenZeroClient.run(["COFFER_DIALECTS": "ravenzero"]) { raven in
            let response = try await raven.get(path)
            #expect(response.status == 200)
            #expect(response.header("content-type") == "text/html; charset=utf-8")
            #expect(response.text.contains("<title>\(title)</title>"))
            RavenZeroClient.expectSecurityHeaders(response)
        }
    }

    /// With the viewers' scripts and without them.
    @Test(arguments: ["/docs", "/redoc", "/scalar"], [false, true])
    func pageLoadsNothingFromAnotherHost(path: String, hasScripts: Bool) async throws {
        let directory = try TemporaryDirectory()
        if hasScripts {
            for name in ["swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "scalar.js"] {
                try Data("/* \(name) */".utf8).write(to: URL(fileURLWithPath: "\(directory.path)/\(name)"))
            }
        }
        let settings = ["COFFER_DIALECTS": "ravenzero", "COFFER_DOCS_ASSETS": directory.path]
        try await RavenZeroClient.run(settings) { raven in
            let page = try await raven.get(path).text
            let targets = page.matches(of: /(?:src|href)="([^"]*)"/).map { String($0.1) }
            for target in targets {
                let isLocal = target.hasPrefix("/") && !target.hasPrefix("//")
                #expect(isLocal || target.hasPrefix("data:") || target.hasPrefix("#"), "\(target)")
                if isLocal { #expect(try await raven.get(target).status == 200, "\(target)") }
            }
            #expect(!page.contains("https://"))
            #expect(!page.contains("http://"))
            #expect(page.contains("/openapi.json"))
            #expect(page.contains("<script src=\"/") == hasScripts)
        }
        withExtendedLifetime(directory) {}
    }

    @Test func documentationIsThereInEveryCombination() async throws {
        try await RavenZeroClient.run(["COFFER_DIALECTS": "ravenzero,hushfile"]) { raven async throws in
            for path in ["/docs", "/redoc", "/scalar", "/openapi.json"] {
                #expect(try await raven.get(path).status == 200, "\(path)")
            }
        }
    }
}
