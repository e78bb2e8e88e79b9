-- Notes below a table, in the look of each format; for both renderers.

function Div(div)
  if not div.classes:includes "table-notes" then return nil end
  if FORMAT == "docx" then
    div.attributes["custom-style"] = "Table Notes"
    return div
  end
  if FORMAT:match "typst" then
    local blocks = pandoc.Blocks { pandoc.RawBlock("typst", "#table-notes[") }
    blocks:extend(div.content)
    blocks:insert(pandoc.RawBlock("typst", "]"))
    return blocks
  end
end
