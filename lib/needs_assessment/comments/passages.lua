-- The paragraphs of Markdown texts as plain words, to find them again in a Word file.
--
-- Run by `pandoc lua`. Standard input: a JSON object of Markdown texts by name. Standard output:
-- by name, a list of {level, text}; the level is that of a heading, 0 for other text. Citations and
-- cross-references are left out: a renderer writes words of its own for them.

local READ = 'markdown-smart-auto_identifiers-implicit_figures-yaml_metadata_block'
  .. '-pandoc_title_block+lists_without_preceding_blankline-blank_before_header'

local function passages(markdown)
  local found = pandoc.List {}
  local function take(level)
    return function(el)
      local words = pandoc.utils.stringify(el.content)
      if words:match('%S') then found:insert { level = level or el.level, text = words } end
    end
  end
  local doc = pandoc.read(markdown, READ):walk { Cite = function() return {} end }
  doc:walk {
    traverse = 'topdown', Para = take(0), Plain = take(0), Header = take(nil),
  }
  return found
end

local texts = pandoc.json.decode(io.read('a'), false)
local results = {}
for name, markdown in pairs(texts) do
  results[name] = passages(markdown)
end
io.write(pandoc.json.encode(results))
