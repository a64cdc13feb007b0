// swift-tools-version:6.2
import PackageDescription

// A package of its own, so that measuring the engine builds neither the server nor what it depends on.
let package = Package(
    name: "yjs-benchmark",
    platforms: [.macOS(.v15)],
    targets: [
        .target(
            name: "Yjs",
            exclude: ["README.md"],
            linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]
        ),
        .executableTarget(name: "YjsBenchmark", dependencies: ["Yjs"]),
    ],
    swiftLanguageModes: [.v6]
)
