import CofferCore
import CofferHTTP
import CofferServer
import CofferTesting
import NIOCore
import Testing

@Suite("OpenAPI documents")
struct OpenAPITests {
    private static let paths = [
        "/openapi.json", "/openapi/ravenzero.json", "/openapi/hushfile.json", "/openapi/skysend.json",
        "/openapi/hashdrop.json", "/openapi/heaper.json",
    ]

    private func members(_ value: JSONValue?) -> [JSONValue.Member] {
        if case .object(let members)? = value { members } else { [] }
    }

    private func text(_ value: JSONValue?) -> String? {
        if case .string(let text)? = value { text } else { nil }
    }

    /// Every `$ref` inside a value.
    private func references(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            members.flatMap { member -> [String] in
                if member.name == "$ref", case .string(let target) = member.value { return [target] }
                return references(member.value)
            }
        case .array(let values): values.flatMap(references)
        default: []
        }
    }

    private func document(_ path: String) async throws -> JSONValue {
        try await TestServer.run { server async throws in
            let answer = try await server.get(path)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            return try #require(answer.json)
        }
    }

    @Test(arguments: paths)
    func documentHasTheMembersOfOpenAPI31(path: String) async throws {
        let document = try await document(path)
        #expect(document["openapi"] == "3.1.0")
        #expect(text(document["info"]?["title"])?.isEmpty == false)
        #expect(text(document["info"]?["version"])?.isEmpty == false)
        let allowed: Set = ["openapi", "info", "tags", "paths", "components", "servers"]
        #expect(Set(members(document).map(\.name)).isSubset(of: allowed))
        #expect(!members(document["paths"]).isEmpty)
    }

    /// A name that stands twice in one object is read by some as the first, by some as the last, and refused by others.
    private func doubles(_ value: JSONValue) -> [String] {
        switch value {
        case .object(let members):
            let names = members.map(\.name)
            return names.filter { name in names.count { $0 == name } > 1 } + members.flatMap { doubles($0.value) }
        case .array(let values): return values.flatMap(doubles)
        default: return []
        }
    }

    @Test(arguments: paths)
    func noMemberStandsTwice(path: String) async throws {
        #expect(doubles(try await document(path)) == [])
    }

    @Test func aSharedRouteHasWhatEachDialectSaysOfIt() async throws {
        let health = try await document("/openapi.json")["paths"]?["/api/health"]?["get"]
        #expect(health?["tags"] == ["Instance", "Heaper API: Instance"])
        let schema = health?["responses"]?["200"]?["content"]?["application/json"]?["schema"]
        #expect(schema == ["allOf": [OpenAPI.schema("SkySendHealth"), OpenAPI.schema("HeaperHealth")]])
        #expect(health?["responses"]?["429"] != nil)
        #expect(health?["responses"]?["503"] != nil)
    }

    @Test(arguments: paths)
    func everyReferenceResolves(path: String) async throws {
        let document = try await document(path)
        let names = Set(members(document["components"]?["schemas"]).map(\.name))
        let references = references(document)
        #expect(!references.isEmpty)
        for target in references {
            #expect(target.hasPrefix("#/components/schemas/"))
            #expect(names.contains(String(target.dropFirst("#/components/schemas/".count))), "\(target)")
        }
    }

    @Test(arguments: paths)
    func everyOperationIsComplete(path: String) async throws {
        let document = try await document(path)
        guard case .array(let tagValues)? = document["tags"] else {
            Issue.record("no tags")
            return
        }
        let tags = Set(tagValues.compactMap { text($0["name"]) })
        #expect(tags.count == tagValues.count)
        var ids: [String] = []
        for item in members(document["paths"]) {
            #expect(item.name.hasPrefix("/"))
            for operation in members(item.value) {
                let name = "\(operation.name) \(item.name)"
                #expect(
                    ["get", "head", "post", "put", "delete", "patch", "options"].contains(operation.name),
                    "\(name)"
                )
                ids.append(try #require(text(operation.value["operationId"]), "\(name)"))
                guard case .array(let used)? = operation.value["tags"] else {
                    Issue.record("\(name) has no tag")
                    continue
                }
                for tag in used { #expect(tags.contains(text(tag) ?? ""), "\(name)") }
                let responses = members(operation.value["responses"])
                #expect(!responses.isEmpty, "\(name)")
                #expect(Set(responses.map(\.name)).count == responses.count, "\(name)")
                for response in responses {
                    #expect(response.name.wholeMatch(of: /[1-5][0-9X]{2}|default/) != nil, "\(name)")
                    #expect(text(response.value["description"]) != nil, "\(name) \(response.name)")
                }
                #expect(pathParameters(of: operation.value) == parameters(in: item.name), "\(name)")
            }
        }
        #expect(Set(ids).count == ids.count)
    }

    private func parameters(in template: String) -> [String] {
        template.matches(of: /\{([^}]+)\}/).map { String($0.output.1) }.sorted()
    }

    private func pathParameters(of operation: JSONValue) -> [String] {
        guard case .array(let parameters)? = operation["parameters"] else { return [] }
        return parameters.filter { $0["in"] == "path" }.compactMap { parameter in
            #expect(parameter["required"] == true)
            return text(parameter["name"])
        }.sorted()
    }

    /// Method and template of every operation.
    private func operations(in document: JSONValue) -> Set<String> {
        Set(
            members(document["paths"]).flatMap { item in
                members(item.value).map { "\($0.name.uppercased()) \(item.name)" }
            }
        )
    }

    private func reference(of dialect: String) -> Set<String> {
        let rows = RouteConformanceTests.rows.filter { $0.dialect == dialect }
        return Set(rows.map { "\($0.method) \($0.template)" })
    }

    @Test func hashdropDescribesEveryRouteOfItsReference() async throws {
        let reference = reference(of: "hashdrop")
        #expect(reference.count == 18)
        #expect(operations(in: try await document("/openapi/hashdrop.json")) == reference)
    }

    @Test func heaperDescribesEveryRouteOfItsReference() async throws {
        let reference = reference(of: "heaper")
        #expect(reference.count == 44)
        let missing = reference.subtracting(operations(in: try await document("/openapi/heaper.json")))
        #expect(missing.isEmpty, "\(missing)")
    }

    /// Beyond its reference, too: released clients ask for more.
    @Test func heaperDescribesNothingThatIsNotThere() async throws {
        try await TestServer.run(["COFFER_HEAPER_RATE_LIMITS": "off"]) { server async throws in
            let document = try #require(try await server.get("/openapi/heaper.json").json)
            for operation in operations(in: document) {
                let words = operation.split(separator: " ").map(String.init)
                let needsBody = words[0] == "POST" || words[0] == "PUT"
                let path = RouteConformanceTests.path(words[1])
                let answer = try await server.send(words[0], path, body: needsBody ? [] : nil)
                #expect(!RouteConformanceTests.isUnclaimed(answer), "\(operation): \(answer.status) \(answer.text)")
            }
        }
    }

    @Test(arguments: ["/openapi.json", "/openapi/hashdrop.json", "/openapi/heaper.json"])
    func everySecuritySchemeThatIsNamedExists(path: String) async throws {
        let document = try await document(path)
        let schemes = Set(members(document["components"]?["securitySchemes"]).map(\.name))
        var used: Set<String> = []
        for operation in members(document["paths"]).flatMap({ members($0.value) }) {
            guard case .array(let demands)? = operation.value["security"] else { continue }
            for demand in demands { used.formUnion(members(demand).map(\.name)) }
        }
        #expect(used == schemes)
        #expect(!used.isEmpty)
    }

    @Test func mergedDocumentHasTheRoutesOfBoth() async throws {
        let paths = Set(members(try await document("/openapi.json")["paths"]).map(\.name))
        #expect(paths.isSuperset(of: ["/upload/", "/status/{key}", "/api/file", "/api/serverinfo"]))
    }

    @Test func documentIsTheSameWithoutAServer() async throws {
        let settings = try Settings(await SettingsSources(flags: [:], environment: [:]))
        let offline = try await APIDescription.text(settings)
        let online = try await TestServer.run { try await $0.get("/openapi.json").text }
        #expect(offline == online)
    }
}
