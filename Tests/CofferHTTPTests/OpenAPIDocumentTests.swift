import CofferHTTP
import Testing

@Suite("OpenAPIDocument")
struct OpenAPIDocumentTests {
    private func document(_ title: String, path: String, answer: JSONValue) -> OpenAPIDocument {
        OpenAPIDocument(
            title: title,
            version: "1",
            description: "About \(title)",
            tags: [(name: "Files", description: "Tag of \(title)")],
            operations: [
                OpenAPIOperation(
                    "get",
                    path,
                    id: "get\(title)",
                    tag: "Files",
                    summary: "s",
                    description: "d",
                    parameters: [OpenAPI.path("id", "which")],
                    body: ["content": ["application/json": ["schema": OpenAPI.schema("Error")]]],
                    responses: [OpenAPI.json(200, "fine", schema: "Answer"), OpenAPI.json(400, "bad", schema: "Error")]
                )
            ],
            schemas: [
                .init("Answer", answer),
                .init("Error", ["type": "object", "properties": ["a": OpenAPI.schema("Answer")]]),
            ]
        )
    }

    @Test func documentHasTheShapeOfOpenAPI() {
        let json = document("One", path: "/one/{id}", answer: ["type": "string"]).json
        #expect(json["openapi"] == "3.1.0")
        #expect(json["info"] == ["title": "One", "version": "1", "description": "About One"])
        #expect(json["tags"] == [["name": "Files", "description": "Tag of One"]])
        let operation = json["paths"]?["/one/{id}"]?["get"]
        #expect(operation?["operationId"] == "getOne")
        #expect(operation?["responses"]?["200"]?["description"] == "fine")
        #expect(json["components"]?["schemas"]?["Answer"] == ["type": "string"])
    }

    @Test func methodsOfOnePathStandTogether() throws {
        var document = document("One", path: "/one", answer: ["type": "string"])
        var post = try #require(document.operations.first)
        post.method = "post"
        document.operations.append(post)
        guard case .object(let paths) = document.json["paths"], case .object(let methods) = paths.first?.value else {
            Issue.record("no paths")
            return
        }
        #expect(paths.map(\.name) == ["/one"])
        #expect(methods.map(\.name) == ["get", "post"])
    }

    @Test func mergedDocumentHasAllPathsTagsAndSchemas() {
        let merged = OpenAPIDocument.merging(
            [
                document("One", path: "/one", answer: ["type": "string"]),
                document("Two Words", path: "/two", answer: ["type": "integer"]),
            ],
            title: "both",
            version: "2"
        )
        #expect(merged.operations.map(\.path) == ["/one", "/two"])
        #expect(merged.tags.map(\.name) == ["Files", "Two Words: Files"])
        #expect(merged.operations.map(\.tags) == [["Files"], ["Two Words: Files"]])
        #expect(merged.schemas.map(\.name) == ["Answer", "Error", "TwoWordsAnswer", "TwoWordsError"])
        #expect(merged.description.contains("## One\n\nAbout One"))
    }

    @Test func aRouteThatTwoShareIsDescribedOnce() throws {
        var two = document("Two", path: "/same", answer: ["type": "integer"])
        two.operations[0].responses.append(OpenAPI.json(503, "down", schema: "Answer"))
        let merged = OpenAPIDocument.merging(
            [document("One", path: "/same", answer: ["type": "string"]), two],
            title: "both",
            version: "2"
        ).json
        guard case .object(let methods)? = merged["paths"]?["/same"] else {
            Issue.record("no path")
            return
        }
        #expect(methods.map(\.name) == ["get"])
        let operation = try #require(methods.first?.value)
        #expect(operation["operationId"] == "getOne")
        #expect(operation["tags"] == ["Files", "Two: Files"])
        #expect(operation["summary"] == "s")
        let answer = operation["responses"]?["200"]
        #expect(answer?["description"] == "fine")
        #expect(
            answer?["content"]?["application/json"]?["schema"]
                == ["allOf": [OpenAPI.schema("Answer"), OpenAPI.schema("TwoAnswer")]]
        )
        let down = operation["responses"]?["503"]
        #expect(down?["content"]?["application/json"]?["schema"] == OpenAPI.schema("TwoAnswer"))
        guard case .array(let parameters)? = operation["parameters"] else {
            Issue.record("no parameters")
            return
        }
        #expect(parameters.count == 1)
    }

    @Test func referencesFollowARenamedSchemaWhereverTheyStand() {
        let merged = OpenAPIDocument.merging(
            [
                document("One", path: "/one", answer: ["type": "string"]),
                document("Two", path: "/two", answer: ["type": "integer"]),
            ],
            title: "both",
            version: "2"
        ).json
        let two = merged["paths"]?["/two"]?["get"]
        func reference(_ holder: JSONValue?) -> JSONValue? {
            holder?["content"]?["application/json"]?["schema"]?["$ref"]
        }
        #expect(reference(two?["responses"]?["200"]) == "#/components/schemas/TwoAnswer")
        #expect(reference(two?["requestBody"]) == "#/components/schemas/TwoError")
        let schemas = merged["components"]?["schemas"]
        #expect(schemas?["TwoError"]?["properties"]?["a"]?["$ref"] == "#/components/schemas/TwoAnswer")
        #expect(schemas?["Error"]?["properties"]?["a"]?["$ref"] == "#/components/schemas/Answer")
        let one = merged["paths"]?["/one"]?["get"]
        #expect(reference(one?["responses"]?["200"]) == "#/components/schemas/Answer")
    }
}
