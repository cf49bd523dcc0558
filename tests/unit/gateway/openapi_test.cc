#include "services/gateway/openapi.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/api/annotations.pb.h"
#include "services/gateway/schema.h"
#include "tests/unit/gateway/sample_schema.h"

namespace jz::gateway {
namespace {

using nlohmann::json;

json SampleDocument() {
  static const json& document =
      *new json(json::parse(OpenApi(SampleSchema(), SampleRoutes().routes())));
  return document;
}

// Every "$ref" below `node` leads to something in `document`.
void CheckReferences(const json& document, const json& node) {
  if (node.is_object() && node.contains("$ref")) {
    const std::string target = node["$ref"].get<std::string>().substr(1);
    EXPECT_TRUE(document.contains(json::json_pointer(target))) << target;
  }
  if (!node.is_structured()) return;
  for (const json& child : node) CheckReferences(document, child);
}

TEST(OpenApi, DescribesParametersBodyAndAnswer) {
  const json document = SampleDocument();
  const json patch = document["paths"]["/v1/sample/records/{record}"]["patch"];
  EXPECT_EQ(patch["operationId"], "SampleService_UpdateRecord");
  EXPECT_EQ(patch["x-permission"], "sample.records.use");
  EXPECT_EQ(patch["description"], "ABORTED ETAG_MISMATCH unless etag is empty or \"e1\".");
  std::set<std::string> parameters;
  for (const json& parameter : patch["parameters"]) {
    parameters.insert(absl::StrCat(parameter["in"].get<std::string>(), " ",
                                   parameter["name"].get<std::string>()));
  }
  EXPECT_EQ(parameters, (std::set<std::string>{"path record", "query etag", "query updateMask",
                                               "header If-Match"}));
  EXPECT_EQ(patch["requestBody"]["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/jingzhun.sample.v1.Record");
  EXPECT_EQ(patch["responses"]["200"]["content"]["application/json"]["schema"]["$ref"],
            "#/components/schemas/jingzhun.sample.v1.Record");
  EXPECT_EQ(patch["responses"]["default"]["$ref"], "#/components/responses/Problem");
  EXPECT_EQ(document["security"], json::parse(R"([{"bearer": []}])"));
}

TEST(OpenApi, DescribesStreamsUploadsAndDownloads) {
  const json paths = SampleDocument()["paths"];
  EXPECT_TRUE(paths["/v1/sample/records:stream"]["get"]["responses"]["200"]["content"].contains(
      "application/x-ndjson"));
  EXPECT_TRUE(paths["/v1/sample/folders/{folder}/records:import"]["post"]["requestBody"]["content"]
                  .contains("application/octet-stream"));
  EXPECT_TRUE(paths["/v1/sample/records:download"]["get"]["responses"]["200"]["content"].contains(
      "application/octet-stream"));
}

TEST(OpenApi, DescribesEveryTypeAsJsonHasIt) {
  const json schemas = SampleDocument()["components"]["schemas"];
  const json fields = schemas["jingzhun.sample.v1.Everything"]["properties"];
  EXPECT_EQ(fields["int32Value"], json::parse(R"({"type": "integer", "format": "int32"})"));
  EXPECT_EQ(fields["int64Value"], json::parse(R"({"type": "string", "format": "int64"})"));
  EXPECT_EQ(fields["bytesValue"]["format"], "byte");
  EXPECT_EQ(fields["at"]["format"], "date-time");
  EXPECT_EQ(fields["texts"]["items"]["type"], "string");
  EXPECT_EQ(fields["counts"]["additionalProperties"]["format"], "int64");
  EXPECT_EQ(fields["wrappedNumber"]["nullable"], true);
  EXPECT_TRUE(
      absl::StrContains(fields["choiceText"]["description"].get<std::string>(), "`choiceNumber`"));
  const json state = schemas["jingzhun.sample.v1.State"];
  EXPECT_EQ(state["enum"], json({"STATE_UNSPECIFIED", "STATE_DRAFT", "STATE_FINAL"}));
  EXPECT_TRUE(absl::StrContains(state["description"].get<std::string>(), "Being written."));
  EXPECT_EQ(schemas["jingzhun.sample.v1.Record"]["properties"]["name"]["x-resource"],
            "sample.Record");
}

TEST(OpenApi, ReferencesLeadSomewhere) { CheckReferences(SampleDocument(), SampleDocument()); }

// The suite's own protos: what the gateway will really serve.
class SuiteDocument : public ::testing::Test {
 protected:
  static const Schema& Suite() {
    static const Schema& schema =
        *Schema::Load(absl::StrCat(std::getenv("JZ_BIN_DIR"), "/jingzhun.binpb")).value().release();
    return schema;
  }
  static std::set<std::string> Services() {
    std::set<std::string> services;
    for (const auto* service : Suite().services()) services.insert(ServiceName(*service));
    return services;
  }
};

TEST_F(SuiteDocument, HasEveryAnnotatedMethodOnce) {
  auto routes = MakeRoutes(Suite(), Services());
  ASSERT_TRUE(routes.ok()) << routes.status();
  const auto table = RouteTable::Make(*std::move(routes));
  ASSERT_TRUE(table.ok()) << table.status();
  const json document = json::parse(OpenApi(Suite(), table->routes()));
  CheckReferences(document, document);

  std::multiset<std::string> documented;
  std::set<std::string> operation_ids;
  for (const json& path : document["paths"]) {
    for (const json& operation : path) {
      documented.insert(operation["x-rpc"].get<std::string>());
      EXPECT_TRUE(operation_ids.insert(operation["operationId"]).second)
          << operation["operationId"];
      EXPECT_NE(operation["description"], "") << operation["operationId"];
    }
  }
  int annotated = 0;
  for (const auto* service : Suite().services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      const auto* method = service->method(i);
      if (!method->options().HasExtension(google::api::http)) continue;
      ++annotated;
      const auto& rule = method->options().GetExtension(google::api::http);
      EXPECT_EQ(documented.count(absl::StrCat(service->full_name(), "/", method->name())),
                1U + rule.additional_bindings_size())
          << method->full_name();
    }
  }
  EXPECT_GT(annotated, 0);
}

TEST_F(SuiteDocument, EveryMethodOfTheSuiteHasARoute) {
  for (const auto* service : Suite().services()) {
    for (int i = 0; i < service->method_count(); ++i) {
      EXPECT_TRUE(service->method(i)->options().HasExtension(google::api::http))
          << service->method(i)->full_name();
    }
  }
}

TEST_F(SuiteDocument, RoutesBeginWithVersionAndService) {
  const auto routes = MakeRoutes(Suite(), Services());
  ASSERT_TRUE(routes.ok()) << routes.status();
  for (const Route& route : *routes) {
    EXPECT_TRUE(absl::StartsWith(route.path.text, absl::StrCat("/v1/", route.service, "/")))
        << route.path.text;
  }
}

}  // namespace
}  // namespace jz::gateway
