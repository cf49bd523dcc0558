// Cells of exported sheets are what an import reads.
#include "services/identification/sheet_cell_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jingzhun/identification/v1/facts.pb.h"
#include "services/identification/domain/table_writer.h"
#include "services/identification/export_columns.h"
#include "services/identification/sheet_cell.h"

namespace jz::identification {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Puts a value into `field`: the code at `place` of its list, or a number that its kind allows.
void SetSome(const CodeBook& codes, const FieldDescriptor& field, size_t place, Message& items) {
  const auto* reflection = items.GetReflection();
  const v1::Column& column = field.options().GetExtension(v1::column);
  const auto list = codes.List(column.code_list());
  int64_t number = static_cast<int64_t>(place * 1237);
  if (column.kind() == v1::COLUMN_KIND_MONTH) number = 202301 + static_cast<int64_t>(place % 12);
  if (column.kind() == v1::COLUMN_KIND_DAY) number = 20230101 + static_cast<int64_t>(place % 28);
  if (!list.empty()) number = list[place % list.size()].code;
  if (field.is_repeated()) {
    if (number != 0) reflection->AddInt32(&items, &field, static_cast<int32_t>(number));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_ENUM) {
    reflection->SetEnumValue(&items, &field, static_cast<int>(place % 3));
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
    reflection->SetString(&items, &field, "某县");
  } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_INT32) {
    reflection->SetInt32(&items, &field, static_cast<int32_t>(number));
  } else {
    reflection->SetInt64(&items, &field, number);
  }
}

TEST(CellText, OfEveryItemAndEveryCodeIsReadBack) {
  const CodeBook codes = DefaultCodeBook();
  int cells = 0;
  for (v1::SheetKind kind :
       {v1::SHEET_KIND_MONITORED_OBJECTS, v1::SHEET_KIND_MIGRANT_WORK, v1::SHEET_KIND_PLANNED_WORK,
        v1::SHEET_KIND_RURAL_HOUSEHOLDS, v1::SHEET_KIND_VILLAGES}) {
    for (const ExportColumn& column : ExportColumnsOf(kind, v1::EXPORT_PURPOSE_REGISTER_WORK)) {
      if (column.key) continue;
      const FieldDescriptor& field = *column.item.field;
      const size_t values = std::max<size_t>(
          3, codes.List(field.options().GetExtension(v1::column).code_list()).size());
      for (size_t place = 0; place < values; ++place) {
        SheetItems before;
        SheetItems after;
        SetSome(codes, field, place, ItemsOf(before, column.item.group));
        const std::string text = CellText(codes, field, ItemsOf(before, column.item.group));
        ASSERT_EQ(ReadCell(text, codes, field, ItemsOf(after, column.item.group)), "")
            << column.header << " " << text;
        // Presence that is unknown is told like absence.
        if (field.name().rfind("has_", 0) == 0) continue;
        Message& a = ItemsOf(before, column.item.group);
        if (!field.is_repeated() && !field.has_presence() && text.empty()) {
          a.GetReflection()->ClearField(&a, &field);
        }
        EXPECT_EQ(a.SerializeAsString(), ItemsOf(after, column.item.group).SerializeAsString())
            << column.header << " " << text;
        ++cells;
      }
    }
  }
  EXPECT_GT(cells, 500);
}

TEST(CellText, ShowsAmountsWithoutSuperfluousDecimals) {
  EXPECT_EQ(ScaledText(0, 2), "0");
  EXPECT_EQ(ScaledText(5, 2), "0.05");
  EXPECT_EQ(ScaledText(1200, 2), "12");
  EXPECT_EQ(ScaledText(-1250, 2), "-12.5");
  EXPECT_EQ(ScaledText(8'250'000, 6), "8.25");
  EXPECT_EQ(ScaledText(7, 0), "7");
}

TEST(TableWriter, QuotesAndGuardsCells) {
  const TableWriter csv(TableFormat::kCsvUtf8, {"a", "b"});
  std::string line;
  csv.AppendRow(std::vector<TableCell>{{.text = "x,\"y\"\n"}, {.text = "=cmd"}}, line);
  EXPECT_EQ(line, "\"x,\"\"y\"\"\n\",'=cmd\r\n");
  for (const char* cell : {"=1", "+1", "-1", "@a", " =1", "\t1"}) {
    EXPECT_TRUE(LooksLikeFormula(cell)) << cell;
  }
  line.clear();
  csv.AppendRow(std::vector<TableCell>{{.text = "-12.5", .guarded = false}, {.text = "1-2"}}, line);
  EXPECT_EQ(line, "-12.5,1-2\r\n");
}

TEST(TableWriter, WritesJsonLines) {
  const TableWriter json(TableFormat::kJsonLines, {"户\"号"});
  std::string line = json.Begin();
  json.AppendRow(std::vector<TableCell>{{.text = "a\\\n"}}, line);
  EXPECT_EQ(line + json.End(1), "{\"户\\\"号\":\"a\\\\\\u000a\"}\n{\"end\":{\"rows\":1}}\n");
}

}  // namespace
}  // namespace jz::identification
