import ArgumentParser
import CofferServer

struct OpenAPICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Print the API description (OpenAPI 3.1) of the dialects that would be served."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let settings = try await options.settings()
        do {
            print(try await APIDescription.text(settings))
        } catch {
            throw StartFailure(error)
        }
    }
}
