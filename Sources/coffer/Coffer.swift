import CofferCLI

/// The `coffer` program; all it does is in `CofferCLI`.
@main
enum Program {
    static func main() async {
        await CofferProgram.run()
    }
}
